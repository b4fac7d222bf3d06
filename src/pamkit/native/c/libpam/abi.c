/* The public functions: each puts its arguments into words and has them served. */

#include "reach.h"

#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>

#define WORD(x) ((pamkit_word)(x))

static int start(const char *service, const char *user, const struct pam_conv *conversation,
                 const char *confdir, pam_handle_t **handle)
{
    if (service == NULL || conversation == NULL || handle == NULL) {
        return PAM_SYSTEM_ERR;
    }
    struct pamkit_call call = PAMKIT_CALL(PAM_SYSTEM_ERR, WORD(service), WORD(user),
                                          WORD(conversation), WORD(confdir));
    pamkit_reach(PAMKIT_START, &call);
    *handle = (pam_handle_t *)call.out;
    return pamkit_code(&call);
}

PAMKIT_EXPORT int pam_start(const char *service, const char *user,
                            const struct pam_conv *conversation, pam_handle_t **handle)
{
    return start(service, user, conversation, NULL, handle);
}

PAMKIT_EXPORT int pam_start_confdir(const char *service, const char *user,
                                    const struct pam_conv *conversation, const char *confdir,
                                    pam_handle_t **handle)
{
    return start(service, user, conversation, confdir, handle);
}

static int on_handle(unsigned function, pam_handle_t *handle, pamkit_word flags)
{
    if (handle == NULL) {
        return PAM_SYSTEM_ERR;
    }
    struct pamkit_call call = PAMKIT_CALL(PAM_SYSTEM_ERR, WORD(handle), flags);
    pamkit_reach(function, &call);
    return pamkit_code(&call);
}

PAMKIT_EXPORT int pam_end(pam_handle_t *handle, int status)
{
    return on_handle(PAMKIT_END, handle, WORD(status));
}

PAMKIT_EXPORT int pam_authenticate(pam_handle_t *handle, int flags)
{
    return on_handle(PAMKIT_AUTHENTICATE, handle, WORD(flags));
}

PAMKIT_EXPORT int pam_setcred(pam_handle_t *handle, int flags)
{
    return on_handle(PAMKIT_SETCRED, handle, WORD(flags));
}

PAMKIT_EXPORT int pam_acct_mgmt(pam_handle_t *handle, int flags)
{
    return on_handle(PAMKIT_ACCT_MGMT, handle, WORD(flags));
}

PAMKIT_EXPORT int pam_open_session(pam_handle_t *handle, int flags)
{
    return on_handle(PAMKIT_OPEN_SESSION, handle, WORD(flags));
}

PAMKIT_EXPORT int pam_close_session(pam_handle_t *handle, int flags)
{
    return on_handle(PAMKIT_CLOSE_SESSION, handle, WORD(flags));
}

PAMKIT_EXPORT int pam_chauthtok(pam_handle_t *handle, int flags)
{
    return on_handle(PAMKIT_CHAUTHTOK, handle, WORD(flags));
}

PAMKIT_EXPORT int pam_get_item(const pam_handle_t *handle, int item_type, const void **item)
{
    if (handle == NULL) {
        return PAM_SYSTEM_ERR;
    }
    if (item == NULL) {
        return PAM_PERM_DENIED;
    }
    *item = NULL;
    struct pamkit_call call = PAMKIT_CALL(PAM_SYSTEM_ERR, WORD(handle), WORD(item_type));
    pamkit_reach(PAMKIT_GET_ITEM, &call);
    *item = (const void *)call.out;
    return pamkit_code(&call);
}

PAMKIT_EXPORT int pam_set_item(pam_handle_t *handle, int item_type, const void *item)
{
    if (handle == NULL) {
        return PAM_SYSTEM_ERR;
    }
    struct pamkit_call call = PAMKIT_CALL(PAM_SYSTEM_ERR, WORD(handle), WORD(item_type), WORD(item));
    pamkit_reach(PAMKIT_SET_ITEM, &call);
    return pamkit_code(&call);
}

PAMKIT_EXPORT int pam_get_user(pam_handle_t *handle, const char **user, const char *prompt)
{
    if (handle == NULL || user == NULL) {
        return PAM_SYSTEM_ERR;
    }
    *user = NULL;
    struct pamkit_call call = PAMKIT_CALL(PAM_SYSTEM_ERR, WORD(handle), WORD(prompt));
    pamkit_reach(PAMKIT_GET_USER, &call);
    *user = (const char *)call.out;
    return pamkit_code(&call);
}

static int get_token(unsigned function, pam_handle_t *handle, int item, const char **token,
                     const char *prompt)
{
    if (handle == NULL || token == NULL) {
        return PAM_SYSTEM_ERR;
    }
    /* C: pam_get_authtok_verify reads the token that the caller got before. */
    struct pamkit_call call =
        PAMKIT_CALL(PAM_SYSTEM_ERR, WORD(handle), WORD(item), WORD(prompt),
                    function == PAMKIT_GET_AUTHTOK_VERIFY ? WORD(*token) : 0);
    pamkit_reach(function, &call);
    if (pamkit_code(&call) == PAM_SUCCESS) {
        *token = (const char *)call.out; /* C: left alone where there is none */
    }
    return pamkit_code(&call);
}

PAMKIT_EXPORT int pam_get_authtok(pam_handle_t *handle, int item, const char **token,
                                  const char *prompt)
{
    return get_token(PAMKIT_GET_AUTHTOK, handle, item, token, prompt);
}

PAMKIT_EXPORT int pam_get_authtok_noverify(pam_handle_t *handle, const char **token,
                                           const char *prompt)
{
    return get_token(PAMKIT_GET_AUTHTOK_NOVERIFY, handle, PAM_AUTHTOK, token, prompt);
}

PAMKIT_EXPORT int pam_get_authtok_verify(pam_handle_t *handle, const char **token,
                                         const char *prompt)
{
    return get_token(PAMKIT_GET_AUTHTOK_VERIFY, handle, PAM_AUTHTOK, token, prompt);
}

PAMKIT_EXPORT int pam_get_data(const pam_handle_t *handle, const char *name, const void **data)
{
    if (handle == NULL || name == NULL || data == NULL) {
        return PAM_SYSTEM_ERR;
    }
    struct pamkit_call call = PAMKIT_CALL(PAM_SYSTEM_ERR, WORD(handle), WORD(name));
    pamkit_reach(PAMKIT_GET_DATA, &call);
    if (pamkit_code(&call) == PAM_SUCCESS) {
        *data = (const void *)call.out; /* C: left alone where there is none */
    }
    return pamkit_code(&call);
}

PAMKIT_EXPORT int pam_set_data(pam_handle_t *handle, const char *name, void *data,
                               void (*cleanup)(pam_handle_t *, void *, int))
{
    if (handle == NULL || name == NULL) {
        return PAM_SYSTEM_ERR;
    }
    struct pamkit_call call =
        PAMKIT_CALL(PAM_SYSTEM_ERR, WORD(handle), WORD(name), WORD(data), WORD(cleanup));
    pamkit_reach(PAMKIT_SET_DATA, &call);
    return pamkit_code(&call);
}

PAMKIT_EXPORT const char *pam_getenv(pam_handle_t *handle, const char *name)
{
    if (handle == NULL || name == NULL) {
        return NULL;
    }
    struct pamkit_call call = PAMKIT_CALL(0, WORD(handle), WORD(name));
    pamkit_reach(PAMKIT_GETENV, &call);
    return (const char *)call.out;
}

PAMKIT_EXPORT int pam_putenv(pam_handle_t *handle, const char *assignment)
{
    if (handle == NULL) {
        return PAM_ABORT;
    }
    if (assignment == NULL) {
        return PAM_PERM_DENIED;
    }
    struct pamkit_call call = PAMKIT_CALL(PAM_ABORT, WORD(handle), WORD(assignment));
    pamkit_reach(PAMKIT_PUTENV, &call);
    return pamkit_code(&call);
}

PAMKIT_EXPORT char **pam_getenvlist(pam_handle_t *handle)
{
    if (handle == NULL) {
        return NULL;
    }
    struct pamkit_call call = PAMKIT_CALL(0, WORD(handle));
    pamkit_reach(PAMKIT_GETENVLIST, &call);
    return (char **)call.out;
}

PAMKIT_EXPORT int pam_fail_delay(pam_handle_t *handle, unsigned int microseconds)
{
    return on_handle(PAMKIT_FAIL_DELAY, handle, WORD(microseconds));
}

PAMKIT_EXPORT int pam_modutil_audit_write(pam_handle_t *handle, int type, const char *message,
                                          int retval)
{
    struct pamkit_call call =
        PAMKIT_CALL(PAM_SYSTEM_ERR, WORD(handle), WORD(type), WORD(message), WORD(retval));
    pamkit_reach(PAMKIT_AUDIT_WRITE, &call);
    return pamkit_code(&call);
}
