/* A module that gets its hands on every token, as native modules do. */

#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <string.h>

static int look(pam_handle_t *handle, int item)
{
    const char *token = NULL;
    const void *same = NULL;
    int code = pam_get_authtok(handle, item, &token, NULL);
    if (code != PAM_SUCCESS)
        return code;
    if (pam_get_item(handle, item, &same) != PAM_SUCCESS || same == NULL ||
        strcmp(same, token) != 0)
        return PAM_SYSTEM_ERR;
    /* Set anew, as pam_cracklib does: the copy is libpam's to look after. */
    return pam_set_item(handle, item, token);
}

/* What a careless module does: the control of the search. */
static void leak(pam_handle_t *handle)
{
    static char *kept;
    const void *token = NULL;
    if (pam_get_item(handle, PAM_AUTHTOK, &token) == PAM_SUCCESS && token != NULL)
        kept = strdup(token);
    (void)kept;
}

static int answer(int argc, const char **argv)
{
    return argc > 0 && strcmp(argv[0], "deny") == 0 ? PAM_AUTH_ERR : PAM_SUCCESS;
}

int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    (void)flags;
    int code = look(handle, PAM_AUTHTOK);
    if (argc > 0 && strcmp(argv[0], "leak") == 0)
        leak(handle);
    return code != PAM_SUCCESS ? code : answer(argc, argv);
}

int pam_sm_setcred(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    (void)handle;
    (void)flags;
    return answer(argc, argv);
}

int pam_sm_chauthtok(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    int code = look(handle, PAM_OLDAUTHTOK);
    if (code == PAM_SUCCESS && flags & PAM_UPDATE_AUTHTOK)
        code = look(handle, PAM_AUTHTOK);
    return code != PAM_SUCCESS ? code : answer(argc, argv);
}
