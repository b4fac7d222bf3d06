/* The functions of the libpam that runs, whoever's it is, in the words of our own. */

#include "foreign.h"

#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stddef.h>

typedef void (*cleanup_function)(pam_handle_t *, void *, int);

/* As in libpam/abi.c, word for word; what is not here is refused as the caller preset it. */
void pamkit_libpam(unsigned function, struct pamkit_call *call)
{
    const pamkit_word *word = call->word;
    pam_handle_t *handle = (pam_handle_t *)word[0];
    const void *found = NULL;
    const char *text = NULL;
    int code;
    switch ((enum pamkit_function)function) {
    case PAMKIT_GET_ITEM:
        code = pam_get_item(handle, (int)word[1], &found);
        break;
    case PAMKIT_SET_ITEM:
        code = pam_set_item(handle, (int)word[1], (const void *)word[2]);
        break;
    case PAMKIT_GET_USER:
        code = pam_get_user(handle, &text, (const char *)word[1]);
        found = text;
        break;
    case PAMKIT_GET_AUTHTOK:
        code = pam_get_authtok(handle, (int)word[1], &text, (const char *)word[2]);
        found = text;
        break;
    case PAMKIT_GET_AUTHTOK_NOVERIFY:
        code = pam_get_authtok_noverify(handle, &text, (const char *)word[2]);
        found = text;
        break;
    case PAMKIT_GET_AUTHTOK_VERIFY:
        text = (const char *)word[3];
        code = pam_get_authtok_verify(handle, &text, (const char *)word[2]);
        found = text;
        break;
    case PAMKIT_GET_DATA:
        code = pam_get_data(handle, (const char *)word[1], &found);
        break;
    case PAMKIT_SET_DATA:
        code = pam_set_data(handle, (const char *)word[1], (void *)word[2],
                            (cleanup_function)word[3]);
        break;
    case PAMKIT_GETENV:
        found = pam_getenv(handle, (const char *)word[1]);
        code = PAM_SUCCESS; /* it was asked; no variable is no text */
        break;
    case PAMKIT_PUTENV:
        code = pam_putenv(handle, (const char *)word[1]);
        break;
    case PAMKIT_GETENVLIST:
        found = pam_getenvlist(handle);
        code = found == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
        break;
    case PAMKIT_FAIL_DELAY:
        code = pam_fail_delay(handle, (unsigned)word[1]);
        break;
    case PAMKIT_SYSLOG:
        pam_syslog(handle, (int)word[1], "%s", (const char *)word[2]);
        code = PAM_SUCCESS;
        break;
    case PAMKIT_START:
    case PAMKIT_END:
    case PAMKIT_AUTHENTICATE:
    case PAMKIT_SETCRED:
    case PAMKIT_ACCT_MGMT:
    case PAMKIT_OPEN_SESSION:
    case PAMKIT_CLOSE_SESSION:
    case PAMKIT_CHAUTHTOK:
    case PAMKIT_PROMPT:
    case PAMKIT_AUDIT_WRITE:
    case PAMKIT_MODULE:
    case PAMKIT_FORGET:
    case PAMKIT_FUNCTIONS:
    default:
        return;
    }
    call->out = (pamkit_word)found;
    call->answer = (pamkit_word)code;
}
