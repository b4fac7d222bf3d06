/* Opens the private core, where the installer said that it lies. */

#include "opening.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
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

pamkit_server pamkit_open_core(void)
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
    /*
     * C: memory crosses the border both ways, so malloc(3) must be the program's, whichever that
     * is: no deep binding. The core's own names are hidden, no Python in the program meets them.
     */
    void *core = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
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
