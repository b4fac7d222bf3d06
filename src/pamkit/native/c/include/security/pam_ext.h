/* What a module says: to the log, to the user; and how it asks for a token. */
#ifndef _SECURITY__PAM_EXT_H_
#define _SECURITY__PAM_EXT_H_

#include <security/_pam_types.h>

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/* To syslog, LOG_AUTHPRIV, with the names of module, service and primitive before it. */
extern void pam_vsyslog(const pam_handle_t *pamh, int priority, const char *fmt, va_list args)
    PAM_FORMAT((printf, 3, 0)) PAM_NONNULL((3));
extern void pam_syslog(const pam_handle_t *pamh, int priority, const char *fmt, ...)
    PAM_FORMAT((printf, 3, 4)) PAM_NONNULL((3));

/* One message of any style; what is answered comes from malloc. */
extern int pam_vprompt(pam_handle_t *pamh, int style, char **response, const char *fmt,
                       va_list args) PAM_FORMAT((printf, 4, 0)) PAM_NONNULL((1, 4));
extern int pam_prompt(pam_handle_t *pamh, int style, char **response, const char *fmt, ...)
    PAM_FORMAT((printf, 4, 5)) PAM_NONNULL((1, 4));

#define pam_error(pamh, fmt...) pam_prompt(pamh, PAM_ERROR_MSG, NULL, fmt)
#define pam_verror(pamh, fmt, args) pam_vprompt(pamh, PAM_ERROR_MSG, NULL, fmt, args)
#define pam_info(pamh, fmt...) pam_prompt(pamh, PAM_TEXT_INFO, NULL, fmt)
#define pam_vinfo(pamh, fmt, args) pam_vprompt(pamh, PAM_TEXT_INFO, NULL, fmt, args)

/* The token, asked for if it is not known; when it is being changed, asked for twice.
 * What is returned belongs to the library. */
extern int pam_get_authtok(pam_handle_t *pamh, int item, const char **authtok,
                           const char *prompt) PAM_NONNULL((1, 3));
/* The new token, asked for once ... */
extern int pam_get_authtok_noverify(pam_handle_t *pamh, const char **authtok,
                                    const char *prompt) PAM_NONNULL((1, 2));
/* ... and once more. */
extern int pam_get_authtok_verify(pam_handle_t *pamh, const char **authtok, const char *prompt)
    PAM_NONNULL((1, 2));

#ifdef __cplusplus
}
#endif

#endif
