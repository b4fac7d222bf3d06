/* The PAM environment in the forms that programs have their own in: a list, and setenv. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exported.h"

static void drop_string(char *string);

int pam_misc_paste_env(pam_handle_t *pamh, const char *const *user_env)
{
    if (user_env == NULL)
        return PAM_SUCCESS;
    for (; *user_env != NULL; user_env++) {
        int code = pam_putenv(pamh, *user_env);

        if (code != PAM_SUCCESS)
            return code;
    }
    /* Success: libpam took every one of them. */
    return PAM_SUCCESS;
}

char **pam_misc_drop_env(char **env)
{
    if (env == NULL)
        return NULL;
    for (char **string = env; *string != NULL; string++)
        drop_string(*string);
    free(env);
    return NULL;
}

int pam_misc_setenv(pam_handle_t *pamh, const char *name, const char *value, int readonly)
{
    char *setting = NULL;
    int code;

    if (readonly && pam_getenv(pamh, name) != NULL)
        return PAM_PERM_DENIED;
    if (asprintf(&setting, "%s=%s", name, value) < 0)
        return PAM_BUF_ERR;
    code = pam_putenv(pamh, setting);
    drop_string(setting);
    return code;
}

static void drop_string(char *string)
{
    explicit_bzero(string, strlen(string));
    free(string);
}
