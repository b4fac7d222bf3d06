/* Reading and writing to the last byte: `pam_modutil_read`, `pam_modutil_write`. */

#include "modutil.h"

#include <errno.h>
#include <sys/types.h>
#include <unistd.h>

/* C: bytes moved, fewer at the end of the file; -1 for an error, even after some bytes. */

int pam_modutil_read(int fd, char *buffer, int count)
{
    int done = 0;

    /* DIALECT: as 1.7; 1.5 answers 0 to a negative count. */
    if (count < 0) {
        errno = EINVAL;
        return -1;
    }
    while (done < count) {
        ssize_t moved = read(fd, buffer + done, (size_t)(count - done));
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved < 0)
            return -1;
        if (moved == 0)
            return done;
        done += (int)moved;
    }
    return done;
}

int pam_modutil_write(int fd, const char *buffer, int count)
{
    int done = 0;

    if (count < 0) {
        errno = EINVAL;
        return -1;
    }
    while (done < count) {
        ssize_t moved = write(fd, buffer + done, (size_t)(count - done));
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved < 0)
            return -1;
        if (moved == 0)
            return done;
        done += (int)moved;
    }
    return done;
}
