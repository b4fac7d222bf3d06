/* Finds whoever serves the calls: the private core, or a Python program that came forward. */

#include "reach.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <syslog.h>

/*
 * Where the core lies. The installer writes the path over the text behind the mark, in a copy
 * of the library: the place is known to whoever put it there and to nobody's environment.
 */
#define MARK "PAMKIT-CORE-PATH="
#define PATH_SIZE 256

#ifndef PAMKIT_CORE_PATH
#define PAMKIT_CORE_PATH ""
#endif

static const volatile struct {
    char mark[sizeof MARK - 1];
    char path[PATH_SIZE];
} place = { MARK, PAMKIT_CORE_PATH };

static _Atomic(pamkit_server) server;
static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
static int tried;

/* A Python program that serves native modules itself says so before anything is called. */
PAMKIT_EXPORT pamkit_server pamkit_register(pamkit_server serve);

PAMKIT_EXPORT pamkit_server pamkit_register(pamkit_server serve)
{
    return serve == NULL ? atomic_load(&server) : atomic_exchange(&server, serve);
}

static pamkit_server open_core(void)
{
    char path[PATH_SIZE];
    for (size_t i = 0; i < PATH_SIZE; i++) {
        path[i] = place.path[i];
    }
    path[PATH_SIZE - 1] = '\0';
    if (path[0] != '/') {
        syslog(LOG_AUTHPRIV | LOG_CRIT, "PAM pamkit: no core is installed for this libpam");
        return NULL;
    }
    /* Deep binding and no visibility: a Python in the program must not meet the one in the core. */
    void *core = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND | RTLD_NODELETE);
    if (core == NULL) {
        const char *reason = dlerror();
        syslog(LOG_AUTHPRIV | LOG_CRIT, "PAM pamkit: %s", reason ? reason : "no core");
        return NULL;
    }
    union {
        void *object;
        pamkit_server function;
    } found = { dlsym(core, "pamkit_serve") };
    return found.function;
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

static pamkit_server find_server(void)
{
    pamkit_server found = atomic_load(&server);
    if (found != NULL) {
        return found;
    }
    int before;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    lock_opening();
    found = atomic_load(&server);
    if (found == NULL && !tried) {
        tried = 1; /* a core that could not be opened is not opened half way later on */
        found = open_core();
        atomic_store(&server, found);
    }
    unlock_opening();
    pthread_setcancelstate(before, &before);
    return found;
}

PAMKIT_HIDDEN void pamkit_reach(unsigned function, struct pamkit_call *call)
{
    pamkit_server serve = find_server();
    if (serve != NULL) {
        serve(function, call);
    }
}
