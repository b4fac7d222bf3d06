/* The descriptors a helper program starts with: `pam_modutil_sanitize_helper_fds`. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include "modutil.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <syslog.h>
#include <unistd.h>

/* C: how far descriptors are closed one by one, where the kernel cannot close them all. */
enum { FEWEST_FDS = 20, LAST_FD = 65535 };

static int read_nothing_from(pam_handle_t *pamh, int fd, const char *name);
static int redirect(pam_handle_t *pamh, enum pam_modutil_redirect_fd mode, int fd,
                    const char *name);
static int move(pam_handle_t *pamh, int from, int to, const char *name);
static void close_the_rest(void);

/* C: for the child between fork and exec; 0 when all is redirected and closed, else -1. */
int pam_modutil_sanitize_helper_fds(pam_handle_t *pamh, enum pam_modutil_redirect_fd stdin_mode,
                                    enum pam_modutil_redirect_fd stdout_mode,
                                    enum pam_modutil_redirect_fd stderr_mode)
{
    /* C: standard input becomes an empty pipe in both modes. */
    if (stdin_mode != PAM_MODUTIL_IGNORE_FD && read_nothing_from(pamh, STDIN_FILENO, "stdin") != 0)
        return -1;
    if (redirect(pamh, stdout_mode, STDOUT_FILENO, "stdout") != 0)
        return -1;
    if (stderr_mode != PAM_MODUTIL_IGNORE_FD && stderr_mode == stdout_mode) {
        if (dup2(STDOUT_FILENO, STDERR_FILENO) != STDERR_FILENO) {
            pam_syslog(pamh, LOG_ERR, "dup2 of %s failed: %m", "stderr");
            return -1;
        }
    } else if (redirect(pamh, stderr_mode, STDERR_FILENO, "stderr") != 0) {
        return -1;
    }
    close_the_rest();
    return 0;
}

static int write_nowhere(pam_handle_t *pamh, int fd, const char *name);

static int redirect(pam_handle_t *pamh, enum pam_modutil_redirect_fd mode, int fd, const char *name)
{
    switch (mode) {
    case PAM_MODUTIL_IGNORE_FD:
        return 0;
    case PAM_MODUTIL_PIPE_FD:
        /* C: for output too it is the end one reads from: each write fails. */
        return read_nothing_from(pamh, fd, name);
    case PAM_MODUTIL_NULL_FD:
        return write_nowhere(pamh, fd, name);
    }
    /* DIALECT: C leaves the descriptor as it is in a mode that does not exist. */
    return -1;
}

static int read_nothing_from(pam_handle_t *pamh, int fd, const char *name)
{
    int ends[2];

    /* Without close-on-exec: the helper is to have it, also if it is `fd` at once. */
    if (pipe(ends) < 0) {
        pam_syslog(pamh, LOG_ERR, "Could not create pipe: %m");
        return -1;
    }
    close(ends[1]);
    return move(pamh, ends[0], fd, name);
}

static int write_nowhere(pam_handle_t *pamh, int fd, const char *name)
{
    int null = open("/dev/null", O_WRONLY);

    if (null < 0) {
        pam_syslog(pamh, LOG_ERR, "open of %s failed: %m", "/dev/null");
        return -1;
    }
    return move(pamh, null, fd, name);
}

static int move(pam_handle_t *pamh, int from, int to, const char *name)
{
    int result = 0;

    if (from == to)
        return 0;
    if (dup2(from, to) != to) {
        pam_syslog(pamh, LOG_ERR, "dup2 of %s failed: %m", name);
        result = -1;
    }
    close(from);
    return result;
}

static void close_the_rest(void)
{
    struct rlimit limit;
    int last = LAST_FD;

    /* DIALECT: as 1.7, all of them; 1.5 closes one by one, up to the limit which follows. */
    if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_UNSHARE) == 0)
        return;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max <= LAST_FD)
        last = limit.rlim_max < FEWEST_FDS ? FEWEST_FDS : (int)limit.rlim_max - 1;
    for (int fd = last; fd > STDERR_FILENO; fd--)
        close(fd);
}
