/* Keeps the interpreter of a program usable in the children that native modules fork. */

#include "door.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Modules run while the interpreter's lock is free. A child that is forked in that moment has one
 * thread and a lock that perhaps another thread held: its first call into the library, say
 * pam_getenvlist before execve, would wait for ever. So whoever forks holds the lock meanwhile.
 */
struct pamkit_interpreter {
    int (*is_held)(void);
    int (*take)(void);
    void (*give)(int);
    void (*before)(void);
    void (*after_in_parent)(void);
    void (*after_in_child)(void);
};

/* Says how to hold it, once for the process; a null pointer: it is gone, and forks are free. */
PAMKIT_EXPORT void pamkit_mind_interpreter(const struct pamkit_interpreter *interpreter);

static _Atomic(const struct pamkit_interpreter *) minded;
static pthread_once_t registered = PTHREAD_ONCE_INIT;

static __thread struct {
    const struct pamkit_interpreter *taken;
    int state;
} mine __attribute__((tls_model("initial-exec")));

static void before_fork(void)
{
    const struct pamkit_interpreter *interpreter = atomic_load(&minded);
    mine.taken = NULL;
    if (interpreter == NULL || interpreter->is_held()) {
        return; /* the interpreter itself forks, and knows what to do */
    }
    mine.state = interpreter->take();
    mine.taken = interpreter;
    interpreter->before();
}

static void after_fork(bool in_child)
{
    const struct pamkit_interpreter *taken = mine.taken;
    if (taken == NULL) {
        return;
    }
    mine.taken = NULL;
    if (in_child) {
        taken->after_in_child();
        /* Once more, and never given back: CPython 3.11 dies of having no thread at all. */
        taken->take();
    } else {
        taken->after_in_parent();
    }
    taken->give(mine.state);
}

static void after_fork_in_parent(void)
{
    after_fork(false);
}

static void after_fork_in_child(void)
{
    after_fork(true);
}

static void mind_forks(void)
{
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

void pamkit_mind_interpreter(const struct pamkit_interpreter *interpreter)
{
    atomic_store(&minded, interpreter);
    if (interpreter != NULL) {
        pthread_once(&registered, mind_forks);
    }
}
