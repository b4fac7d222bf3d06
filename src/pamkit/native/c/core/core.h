/* What the files of the core share: the way in, the way out, and what is asked for outside. */

#ifndef PAMKIT_CORE_H
#define PAMKIT_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

#include "../libpam/door.h"

/* start.c: one tuple of functions in Python, by `enum pamkit_function`; NULL if there is none. */
PyObject *core_functions(void);
/* For what must not happen while the interpreter starts. */
void core_start_lock(void);
void core_start_unlock(void);
bool core_started(void);

/* threads.c: a visit of the interpreter by this thread. */
struct visit {
    int cancelling;
};
bool core_enter(struct visit *visit);
void core_leave(struct visit *visit);
void core_adopt(PyThreadState *first);
unsigned core_forks(void); /* how many forks lie between the start of the core and this process */
bool core_take_key(void);

/* reserve.c: memory for the start, taken before it. */
bool core_reserve(void);
void core_reserve_is_used(void);

/* importing.c */
extern const struct _frozen pamkit_frozen[]; /* written by pamkit.native.freeze */
extern struct _inittab core_builtins[];
int core_name_builtins(void); /* before the interpreter starts; builtins.c */
int core_bring_importing(void);
PyObject *core_import(const char *name); /* a borrowed reference */

/* wiping.c */
void core_wipe_bytes(void);

/* perform.c: what Python asks for is done with no frame of Python on the stack. */
enum core_request {
    CORE_HOOK,
    CORE_CONVERSE,
    CORE_CLEANUP,
    CORE_DELAY,
    CORE_OPEN,
    CORE_CLOSE,
    CORE_SLEEP,
    CORE_SERVE,
    CORE_REQUESTS
};
#define CORE_REQUEST_WORDS 6
pamkit_word core_perform(const pamkit_word request[CORE_REQUEST_WORDS]);

/* A native module that was opened: its hooks, or why it could not be. */
struct core_module {
    void *object;
    void *hook[6];
    char fault[256];
};

/* report.c: an error of our own is logged by its kind and place, never by its text. */
void core_report_error(const char *where);

PyMODINIT_FUNC PyInit__pamkit_door(void);
PyMODINIT_FUNC PyInit__pamkit_foreign(void);

#endif
