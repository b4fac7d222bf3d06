/* What a program calls that asks who may come in. */
#ifndef _SECURITY_PAM_APPL_H
#define _SECURITY_PAM_APPL_H

#include <security/_pam_types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Begin a transaction. `user` may be null: then it is asked for. */
extern int pam_start(const char *service_name, const char *user,
                     const struct pam_conv *pam_conversation, pam_handle_t **pamh)
    PAM_NONNULL((1, 3, 4));

/* The same with policies from `confdir` alone; null means the usual places. */
extern int pam_start_confdir(const char *service_name, const char *user,
                             const struct pam_conv *pam_conversation, const char *confdir,
                             pam_handle_t **pamh) PAM_NONNULL((1, 3, 5));

/* End it; `pam_status` is what the last call returned, and is told to the modules. */
extern int pam_end(pam_handle_t *pamh, int pam_status) PAM_NONNULL((1));

/* The six primitives. */
extern int pam_authenticate(pam_handle_t *pamh, int flags) PAM_NONNULL((1));
extern int pam_setcred(pam_handle_t *pamh, int flags) PAM_NONNULL((1));
extern int pam_acct_mgmt(pam_handle_t *pamh, int flags) PAM_NONNULL((1));
extern int pam_open_session(pam_handle_t *pamh, int flags) PAM_NONNULL((1));
extern int pam_close_session(pam_handle_t *pamh, int flags) PAM_NONNULL((1));
extern int pam_chauthtok(pam_handle_t *pamh, int flags) PAM_NONNULL((1));

#ifdef __cplusplus
}
#endif

#include <security/_pam_compat.h>

#endif
