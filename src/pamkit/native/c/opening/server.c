/* The server in charge: found at the first call, kept, safe from threads and forks. */

#include "opening.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

static _Atomic(pamkit_server) server;
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;

pamkit_server pamkit_put_server(pamkit_server serve)
{
    return serve == NULL ? atomic_load(&server) : atomic_exchange(&server, serve);
}

static void lock_opening(void)
{
    pthread_mutex_lock(&opening);
}

static void unlock_opening(void)
{
    pthread_mutex_unlock(&opening);
}

/* A child must not be born while another thread holds the lock: nobody would give it back. */
__attribute__((constructor)) static void mind_forks(void)
{
    pthread_atfork(lock_opening, unlock_opening, unlock_opening);
}

pamkit_server pamkit_find_server(void)
{
    pamkit_server found = atomic_load(&server);
    if (found != NULL) {
        return found;
    }
    static __thread volatile bool here __attribute__((tls_model("initial-exec")));
    if (here) {
        return NULL; /* a signal's handler calls: it would wait for the thread it interrupts */
    }
    int before;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    here = true;
    lock_opening();
    found = atomic_load(&server);
    if (found == NULL) {
        found = pamkit_open_core(); /* a shortage may pass: each call tries again */
        atomic_store(&server, found);
    }
    unlock_opening();
    here = false;
    pthread_setcancelstate(before, &before);
    return found;
}
