/* Small things that modules have always written with these names. */
#ifndef PAM_MACROS_H
#define PAM_MACROS_H

#include "_pam_types.h"

#include <stdlib.h>
#include <string.h>

/* A copy, from malloc; null for null. */
#define x_strdup(s) ((s) ? strdup(s) : NULL)

/* Overwrite a secret: a string up to its end, or so many bytes. Through a volatile pointer, for
 * what is freed next would else not be written at all. */
#define _pam_overwrite(x)            \
    do {                             \
        volatile char *xx_ = (x);    \
        if (xx_)                     \
            while (*xx_)             \
                *xx_++ = '\0';       \
    } while (0)

#define _pam_overwrite_n(x, n)           \
    do {                                 \
        volatile char *xx_ = (x);        \
        unsigned int i_;                 \
        if (xx_)                         \
            for (i_ = 0; i_ < (n); i_++) \
                xx_[i_] = 0;             \
    } while (0)

/* Free, and forget the pointer. */
#define _pam_drop(X) \
    do {             \
        free(X);     \
        (X) = NULL;  \
    } while (0)

/* Overwrite and free so many responses of a conversation. */
#define _pam_drop_reply(/* struct pam_response * */ reply, /* int */ replies) \
    do {                                                                      \
        int reply_i;                                                          \
        for (reply_i = 0; reply_i < (replies); ++reply_i)                     \
            if ((reply)[reply_i].resp) {                                      \
                _pam_overwrite((reply)[reply_i].resp);                        \
                free((reply)[reply_i].resp);                                  \
            }                                                                 \
        free(reply);                                                          \
    } while (0)

/* --- notes for whoever writes a module: D(("now at %d", step)) with PAM_DEBUG defined --------- */

#ifdef PAM_DEBUG

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* Written to if it exists, never made: make it yourself, for root alone. Else standard error. */
#ifndef _PAM_LOGFILE
#define _PAM_LOGFILE "/var/run/pam-debug.log"
#endif

#ifdef PAM_NO_HEADER_FUNCTIONS

/* Some other file defines them. */
extern void _pam_output_debug_info(const char *file, const char *fn, const int line);
extern void _pam_output_debug(const char *format, ...) PAM_FORMAT((printf, 1, 2));

#else

#ifdef PAM_DEBUG_C
#define PAM_DEBUG_SCOPE
#elif PAM_GNUC_PREREQ(3, 3)
#define PAM_DEBUG_SCOPE __attribute__((__unused__)) static
#else
#define PAM_DEBUG_SCOPE static
#endif

PAM_DEBUG_SCOPE FILE *_pam_debug_file(void) {
    int fd = open(_PAM_LOGFILE, O_WRONLY | O_NOFOLLOW | O_APPEND | O_CLOEXEC);
    FILE *logfile = fd < 0 ? NULL : fdopen(fd, "a");
    if (logfile)
        return logfile;
    if (fd >= 0)
        close(fd);
    return stderr;
}

PAM_DEBUG_SCOPE void _pam_debug_done(FILE *logfile) {
    fflush(logfile);
    if (logfile != stderr)
        fclose(logfile);
}

PAM_DEBUG_SCOPE void _pam_output_debug_info(const char *file, const char *fn, const int line) {
    FILE *logfile = _pam_debug_file();
    fprintf(logfile, "[%s:%s(%d)] ", file, fn, line);
    _pam_debug_done(logfile);
}

PAM_FORMAT((printf, 1, 2))
PAM_DEBUG_SCOPE void _pam_output_debug(const char *format, ...) {
    va_list args;
    FILE *logfile = _pam_debug_file();
    va_start(args, format);
    vfprintf(logfile, format, args);
    va_end(args);
    fputc('\n', logfile);
    _pam_debug_done(logfile);
}

#undef PAM_DEBUG_SCOPE
#endif

#define D(x)                                                      \
    do {                                                          \
        _pam_output_debug_info(__FILE__, __FUNCTION__, __LINE__); \
        _pam_output_debug x;                                      \
    } while (0)

#define _pam_show_mem(X, XS)                                                        \
    do {                                                                            \
        const unsigned char *mem_ = (const unsigned char *)(X);                     \
        int mem_i_;                                                                 \
        fprintf(stderr, "  <%d bytes at %p>\n", (int)(XS), (const void *)mem_);     \
        for (mem_i_ = 0; mem_i_ < (int)(XS); ++mem_i_)                              \
            fprintf(stderr, "    %02X. <%02X>\n", (unsigned)mem_i_, mem_[mem_i_]);  \
    } while (0)

/* How long the answers are; what they are is nobody's business. */
#define _pam_show_reply(/* struct pam_response * */ reply, /* int */ replies)                    \
    do {                                                                                         \
        int reply_i;                                                                             \
        for (reply_i = 0; (reply) && reply_i < (replies); reply_i++)                             \
            fprintf(stderr, "  elem# %d: %lu bytes, retcode = %d\n", reply_i,                    \
                    (reply)[reply_i].resp ? (unsigned long)strlen((reply)[reply_i].resp) : 0UL,  \
                    (reply)[reply_i].resp_retcode);                                              \
    } while (0)

#else

#define D(x) do { } while (0)
#define _pam_show_mem(X, XS) do { } while (0)
#define _pam_show_reply(reply, replies) do { } while (0)

#endif

#endif
