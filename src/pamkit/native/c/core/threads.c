/* Threads and forks: who may be inside the interpreter, and what a child finds there.
 *
 * PyGILState_Ensure is not used: it makes and deletes a state at every call, and a fork in
 * between leaves the lock of that list held for ever. Here each thread keeps one state. */

#include "core.h"

#include <pthread.h>

static pthread_mutex_t states = PTHREAD_MUTEX_INITIALIZER;
static pthread_key_t key;
static PyInterpreterState *interpreter;
static PyThreadState *first_state;
/* C: room that is there when the library is; other models ask for memory, and abort without. */
#define OF_THREAD static __thread __attribute__((tls_model("initial-exec")))
OF_THREAD PyThreadState *mine;
OF_THREAD bool held;   /* by this thread, around a fork */
OF_THREAD volatile bool inside; /* this thread visits the interpreter, or is on its way */
static bool unusable;      /* a child that was born while nobody could look after it */

static void forget_thread(void *state)
{
    PyThreadState *gone = state;
    mine = NULL;
    if (gone == first_state) {
        return; /* the interpreter came with it, and keeps it */
    }
    PyEval_RestoreThread(gone);
    PyThreadState_Clear(gone);
    pthread_mutex_lock(&states);
    PyThreadState_DeleteCurrent();
    pthread_mutex_unlock(&states);
}

static PyThreadState *my_state(void)
{
    if (mine == NULL) {
        pthread_mutex_lock(&states);
        mine = PyThreadState_New(interpreter);
        pthread_mutex_unlock(&states);
        if (mine != NULL) {
            pthread_setspecific(key, mine);
        }
    }
    return mine;
}

bool core_enter(struct visit *visit)
{
    if (inside) {
        return false; /* a signal's handler calls: it would wait for the thread it interrupts */
    }
    /* A thread that is cancelled inside the interpreter would take its lock along. */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &visit->cancelling);
    inside = true; /* before the locks that a handler would wait for, until after them */
    PyThreadState *state = unusable ? NULL : my_state();
    if (state == NULL) {
        inside = false;
        pthread_setcancelstate(visit->cancelling, &visit->cancelling);
        return false;
    }
    PyEval_RestoreThread(state);
    return true;
}

void core_leave(struct visit *visit)
{
    PyEval_SaveThread();
    inside = false;
    pthread_setcancelstate(visit->cancelling, &visit->cancelling);
}

static void before_fork(void)
{
    core_start_lock();
    held = core_started() && !inside; /* who forks in there has its lock already */
    if (held) {
        PyThreadState *state = my_state();
        if (state == NULL) {
            unusable = true; /* in the child; the parent takes it back */
            held = false;
            return;
        }
        PyEval_RestoreThread(state);
        pthread_mutex_lock(&states);
    }
}

static void after_fork_in_parent(void)
{
    if (held) {
        pthread_mutex_unlock(&states);
        PyEval_SaveThread();
        held = false;
    }
    unusable = false;
    core_start_unlock();
}

static unsigned forks;

unsigned core_forks(void)
{
    return forks;
}

static void after_fork_in_child(void)
{
    forks++;
    if (held) {
        pthread_mutex_unlock(&states);
        PyOS_AfterFork_Child();
        first_state = mine; /* the others are gone, and one must always stay */
        PyEval_SaveThread();
        held = false;
    } else if (inside) {
        first_state = mine; /* Python forks, and is about to forget the others itself */
    }
    core_start_unlock();
}

/* C: the room for values of keys comes from malloc(3), at the first use in a row of them; the
 * interpreter makes keys as well, and does not survive it if there is none. */
bool core_take_key(void)
{
    static bool taken;
    if (!taken) {
        taken = pthread_key_create(&key, forget_thread) == 0;
    }
    return taken && pthread_setspecific(key, &key) == 0 && pthread_setspecific(key, NULL) == 0;
}

void core_adopt(PyThreadState *first)
{
    mine = first_state = first;
    interpreter = first->interp;
    pthread_setspecific(key, first);
}

__attribute__((constructor)) static void mind_forks(void)
{
    pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}
