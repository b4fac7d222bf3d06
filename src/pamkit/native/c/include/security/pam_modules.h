/* What a module defines, and what it calls. */
#ifndef _SECURITY_PAM_MODULES_H
#define _SECURITY_PAM_MODULES_H

#include <security/_pam_types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- what it calls ---------------------------------------------------------------------------- */

/* Keep `data` under a name until pam_end, or until it is set again; `cleanup` frees it. */
extern int pam_set_data(pam_handle_t *pamh, const char *module_data_name, void *data,
                        void (*cleanup)(pam_handle_t *pamh, void *data, int error_status))
    PAM_NONNULL((1, 2));
extern int pam_get_data(const pam_handle_t *pamh, const char *module_data_name,
                        const void **data) PAM_NONNULL((1, 2, 3));

/* The user's name; asked for if it is not known. A null `prompt` means the usual one. */
extern int pam_get_user(pam_handle_t *pamh, const char **user, const char *prompt)
    PAM_NONNULL((1, 2));

/* --- what it defines -------------------------------------------------------------------------- */

extern int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv);
extern int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv);
extern int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv);
extern int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv);
extern int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv);
extern int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv);

/* Flags that only the library gives, and only to pam_sm_chauthtok: which pass it is. */
#define PAM_PRELIM_CHECK 0x4000
#define PAM_UPDATE_AUTHTOK 0x2000

/* Joined to the status a cleanup function is told: the data is being set again. */
#define PAM_DATA_REPLACE 0x20000000

/* Old modules write it before their functions. */
#define PAM_EXTERN extern

#ifdef __cplusplus
}
#endif

#include <security/_pam_compat.h>

#endif
