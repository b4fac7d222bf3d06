/* What the drivers share: the PAM interface, a conversation that knows one password, an ending. */

/* Declared here and not taken from <security/pam_appl.h>, so that what is judged is the library
 * and not a header. A driver reads its policies from $FAULTS_POLICIES and ends with FINE,
 * GRANTED or BROKEN; with 100 + code where the code itself is the result. */

#ifndef FAULTS_DRIVER_H
#define FAULTS_DRIVER_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct pam_handle pam_handle_t;

struct pam_message { int msg_style; const char *msg; };
struct pam_response { char *resp; int resp_retcode; };
typedef int conversation(int, const struct pam_message **, struct pam_response **, void *);
struct pam_conv { conversation *conv; void *appdata_ptr; };

enum { PAM_SUCCESS = 0, PAM_SYSTEM_ERR = 4, PAM_BUF_ERR = 5, PAM_AUTH_ERR = 7, PAM_CONV_ERR = 19,
       PAM_ABORT = 26 };
enum { PAM_SERVICE = 1, PAM_USER = 2, PAM_TTY = 3, PAM_CONV = 5, PAM_AUTHTOK = 6 };
enum { PAM_PROMPT_ECHO_OFF = 1 };
enum { PAM_ESTABLISH_CRED = 2, PAM_DELETE_CRED = 4 };

extern int pam_start_confdir(const char *, const char *, const struct pam_conv *, const char *,
                             pam_handle_t **);
extern int pam_end(pam_handle_t *, int);
extern int pam_authenticate(pam_handle_t *, int);
extern int pam_setcred(pam_handle_t *, int);
extern int pam_acct_mgmt(pam_handle_t *, int);
extern int pam_open_session(pam_handle_t *, int);
extern int pam_close_session(pam_handle_t *, int);
extern int pam_chauthtok(pam_handle_t *, int);
extern int pam_set_item(pam_handle_t *, int, const void *);
extern int pam_get_item(const pam_handle_t *, int, const void **);
extern int pam_putenv(pam_handle_t *, const char *);
extern const char *pam_getenv(pam_handle_t *, const char *);
extern char **pam_getenvlist(pam_handle_t *);
extern int pam_fail_delay(pam_handle_t *, unsigned int);
extern const char *pam_strerror(pam_handle_t *, int);
extern int pam_get_user(pam_handle_t *, const char **, const char *);
extern int pam_set_data(pam_handle_t *, const char *, void *,
                        void (*)(pam_handle_t *, void *, int));
extern int pam_get_data(const pam_handle_t *, const char *, const void **);
extern int pam_prompt(pam_handle_t *, int, char **, const char *, ...);

enum { FINE = 0, GRANTED = 42, BROKEN = 43 };

#define CODE_BASE 100

/* Ends the driver at the first thing that is not as it should be, and says what. */
__attribute__((format(printf, 1, 2), noreturn)) static inline void broken(const char *format, ...)
{
    va_list words;
    va_start(words, format);
    vfprintf(stderr, format, words);
    va_end(words);
    fputc('\n', stderr);
    fflush(NULL);
    _exit(BROKEN);
}

__attribute__((noreturn)) static inline void granted(const char *where)
{
    fprintf(stderr, "GRANTED: %s\n", where);
    fflush(NULL);
    _exit(GRANTED);
}

/* A refusal is wanted; anything else ends the driver. */
static inline void wants_refusal(int code, const char *where)
{
    if (code == PAM_SUCCESS)
        granted(where);
}

static inline void wants_success(int code, const char *where)
{
    if (code != PAM_SUCCESS)
        broken("refused with %d: %s", code, where);
}

/* A conversation: the password in `appdata` is the answer to every message. */
static inline int answer(int count, const struct pam_message **messages,
                         struct pam_response **responses, void *password)
{
    struct pam_response *out = calloc((size_t)count, sizeof *out);
    (void)messages;
    if (out == NULL)
        return PAM_BUF_ERR;
    for (int at = 0; at < count; at++) {
        out[at].resp = strdup(password);
        if (out[at].resp == NULL) {
            while (at-- > 0)
                free(out[at].resp);
            free(out);
            return PAM_BUF_ERR;
        }
    }
    *responses = out;
    return PAM_SUCCESS;
}

/* Starts a transaction; on failure the handle is null, and a careless program goes on with it. */
static inline int begin(const char *service, const struct pam_conv *conv, pam_handle_t **handle)
{
    *handle = NULL;
    return pam_start_confdir(service, "nobody", conv, getenv("FAULTS_POLICIES"), handle);
}

/* One whole transaction of a careless program: no code stops it. Gives the code of the one that
 * counts, pam_authenticate. */
static inline int transaction(const char *service, const struct pam_conv *conv)
{
    pam_handle_t *handle;
    int started = begin(service, conv, &handle);
    int code = pam_authenticate(handle, 0);
    if (code == PAM_SUCCESS && started != PAM_SUCCESS)
        granted("a transaction that was not started");
    pam_end(handle, code);
    return code;
}

static inline int with_password(const char *service, const char *password)
{
    union { const char *shown; void *passed; } word = { .shown = password };
    struct pam_conv conv = { answer, word.passed };
    return transaction(service, &conv);
}

/* That all is well: the wrong password is refused and the right one gets in. */
static inline void check_both(const char *service, const char *where)
{
    wants_refusal(with_password(service, "wrong"), where);
    wants_success(with_password(service, "right"), where);
}

#endif
