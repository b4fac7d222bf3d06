/* The time a function spends without the interpreter's lock. */

#include "c_library.h"

#include <pthread.h>

/* C: the program may cancel the thread that called PAM.  It would end in the middle of the
 * interpreter, with its lock perhaps; so it is cancelled once it is back in the program. */
void c_leave(struct outside *outside)
{
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &outside->cancelling);
    outside->thread = PyEval_SaveThread();
}

void c_enter(struct outside *outside)
{
    int disabled;

    PyEval_RestoreThread(outside->thread);
    pthread_setcancelstate(outside->cancelling, &disabled);
}
