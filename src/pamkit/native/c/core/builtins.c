/* The modules in C that the core has; what is not here cannot be imported. */

#include "core.h"

#include <string.h>

#define FROM_PYTHON(X)                                                                     \
    X(_codecs) X(_collections) X(_operator) X(_stat) X(_struct) X(_thread) X(_weakref)       \
    X(errno) X(fcntl) X(itertools) X(posix) X(select) X(time)
#define OUR_OWN(X) X(_pamkit_c) X(_pamkit_door) X(_pamkit_foreign)

/* What files of Python may import, and the engine never does: the build lists what there is. */
#ifndef FOR_FILES
#define FOR_FILES(X)
#endif

#define DECLARE(name) PyObject *PyInit_##name(void);
FROM_PYTHON(DECLARE)
OUR_OWN(DECLARE)
FOR_FILES(DECLARE)
PyObject *PyInit__imp(void);
PyObject *PyInit__pamkit_contextvars(void);
PyObject *PyMarshal_Init(void);
PyObject *_PyWarnings_Init(void);
PyObject *PyInit_gc(void);

#ifdef PAMKIT_SHARED_PYTHON
#define SIGNAL
#else
int _PySignal_Init(int install);
PyObject *PyInit__signal(void);
static PyObject *init_signal(void);
#define SIGNAL { "_signal", init_signal },

/* C: a start that stops half way leaves out what the module reads: how signals are handled now. */
static PyObject *init_signal(void)
{
    static bool known;
    if (!known && _PySignal_Init(0) != 0) {
        return NULL;
    }
    known = true;
    return PyInit__signal();
}
#endif

#define ENTRY(name) { #name, PyInit_##name },
#define ENTRIES                                                                            \
    FROM_PYTHON(ENTRY) OUR_OWN(ENTRY) FOR_FILES(ENTRY)                                     \
    { "_imp", PyInit__imp }, { "_contextvars", PyInit__pamkit_contextvars }, SIGNAL          \
    { "marshal", PyMarshal_Init }, { "_warnings", _PyWarnings_Init }, { "gc", PyInit_gc }, { "builtins", NULL }, \
    { "sys", NULL }, { NULL, NULL },

struct _inittab core_builtins[] = { ENTRIES };

static struct _inittab own[] = { OUR_OWN(ENTRY) { NULL, NULL } };

/* A Python that is linked as a library has a list of its own; ours must stand in it as well,
 * since what is built in tells the engine where it runs. */
int core_name_builtins(void)
{
    for (const struct _inittab *entry = PyImport_Inittab; entry->name != NULL; entry++) {
        if (strcmp(entry->name, own[0].name) == 0) {
            return 0;
        }
    }
    return PyImport_ExtendInittab(own);
}

/* C: what the interpreter itself reads; standing here, it keeps the long list of Python out. */
struct _inittab _PyImport_Inittab[] = { ENTRIES };

/*
 * Python's own frozen modules stay out: nothing here imports them, and linked in they cost as
 * much memory and time to relocate as the engine takes. These are the names it looks them up by.
 */
static const struct _frozen nothing[] = { { .name = NULL } };
extern const struct _frozen *_PyImport_FrozenBootstrap, *_PyImport_FrozenStdlib;
extern const struct _frozen *_PyImport_FrozenTest;
extern const void *_PyImport_FrozenAliases;
const struct _frozen *PyImport_FrozenModules = nothing;
const struct _frozen *_PyImport_FrozenBootstrap = nothing;
const struct _frozen *_PyImport_FrozenStdlib = nothing;
const struct _frozen *_PyImport_FrozenTest = nothing;
const void *_PyImport_FrozenAliases = nothing;

int _Py_Deepfreeze_Init(void);
void _Py_Deepfreeze_Fini(void);

int _Py_Deepfreeze_Init(void)
{
    return 0;
}

void _Py_Deepfreeze_Fini(void)
{
}
