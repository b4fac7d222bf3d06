/* Finds whoever serves the calls: the private core, or a Python program that came forward. */

#include "reach.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

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

/* A Python program that serves native modules itself says so before anything is called. */
PAMKIT_EXPORT pamkit_server pamkit_register(pamkit_server serve);

PAMKIT_EXPORT pamkit_server pamkit_register(pamkit_server serve)
{
    return serve == NULL ? atomic_load(&server) : atomic_exchange(&server, serve);
}

/* The loader dies of a file that ends too early; the table of sections is what ends one. */
static bool is_whole(int file, off_t size)
{
    ElfW(Ehdr) head;
    if (pread(file, &head, sizeof head, 0) != (ssize_t)sizeof head ||
        memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) {
        return false;
    }
    size_t sections = (size_t)head.e_shnum * head.e_shentsize;
    return head.e_shoff != 0 && head.e_shoff + sections <= (size_t)size;
}

/* Whoever can write the core can let anybody in: it is root's, or ours, and nobody else's. */
static bool is_trusted(const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        return false;
    }
    bool good = fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                (status.st_uid == 0 || status.st_uid == geteuid()) &&
                (status.st_mode & (S_IWGRP | S_IWOTH)) == 0 && is_whole(file, status.st_size);
    close(file);
    return good;
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
    if (!is_trusted(path)) {
        syslog(LOG_AUTHPRIV | LOG_CRIT, "PAM pamkit: %s cannot be read, or is no core of root's", path);
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
    if (found == NULL) {
        found = open_core(); /* a shortage may pass: each call tries again */
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
