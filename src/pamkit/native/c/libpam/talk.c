/* What takes a format and its arguments: they become one text before anything else happens. */

#include "reach.h"

#include <errno.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define WORD(x) ((pamkit_word)(x))

static void forget(char *text)
{
    if (text != NULL) {
        explicit_bzero(text, strlen(text));
        free(text);
    }
}

PAMKIT_EXPORT int pam_vprompt(pam_handle_t *handle, int style, char **response, const char *format,
                              va_list arguments)
{
    if (response != NULL) {
        *response = NULL;
    }
    if (handle == NULL || format == NULL) {
        return PAM_SYSTEM_ERR;
    }
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0) {
        return PAM_BUF_ERR;
    }
    struct pamkit_call call = { .answer = PAM_SYSTEM_ERR,
                                .word = { WORD(handle), WORD(style), WORD(text),
                                          WORD(response != NULL) } };
    pamkit_reach(PAMKIT_PROMPT, &call);
    forget(text);
    if (response != NULL) {
        *response = (char *)call.out;
    }
    int code = (int)call.answer;
    /* A word that does not fit is no code: cut, it could be success. */
    return (pamkit_word)code == call.answer ? code : PAM_SYSTEM_ERR;
}

PAMKIT_EXPORT int pam_prompt(pam_handle_t *handle, int style, char **response, const char *format,
                             ...)
{
    va_list arguments;
    va_start(arguments, format);
    int code = pam_vprompt(handle, style, response, format, arguments);
    va_end(arguments);
    return code;
}

PAMKIT_EXPORT void pam_vsyslog(const pam_handle_t *handle, int priority, const char *format,
                               va_list arguments)
{
    int error = errno; /* C: %m is the error at the time of the call, and it survives the call */
    char *text = NULL;
    if (format == NULL || vasprintf(&text, format, arguments) < 0) {
        errno = error;
        return;
    }
    struct pamkit_call call = { .word = { WORD(handle), WORD(priority), WORD(text) } };
    pamkit_reach(PAMKIT_SYSLOG, &call);
    if (call.answer == 0) {
        syslog(LOG_AUTHPRIV | (priority & LOG_PRIMASK), "PAM %s", text); /* nobody served it */
    }
    forget(text);
    errno = error;
}

PAMKIT_EXPORT void pam_syslog(const pam_handle_t *handle, int priority, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    pam_vsyslog(handle, priority, format, arguments);
    va_end(arguments);
}
