/* A module that asks for a password and grants whoever answers; its other hooks do nothing. */
#include <stdlib.h>

struct pam_handle;

extern int pam_prompt(struct pam_handle *handle, int style, char **answer, const char *format, ...);

int pam_sm_authenticate(struct pam_handle *handle, int flags, int argc, const char **argv);
int pam_sm_authenticate(struct pam_handle *handle, int flags, int argc, const char **argv)
{
    char *answer = NULL;
    int code = pam_prompt(handle, 1, &answer, "%s", "Password: ");

    (void)flags, (void)argc, (void)argv;
    if (code == 0 && answer == NULL)
        code = 7;
    free(answer);
    return code;
}

#define HOOK(name)                                                                   \
    int name(struct pam_handle *handle, int flags, int argc, const char **argv);     \
    int name(struct pam_handle *handle, int flags, int argc, const char **argv)      \
    {                                                                                \
        (void)handle, (void)flags, (void)argc, (void)argv;                           \
        return 0;                                                                    \
    }

HOOK(pam_sm_setcred)
HOOK(pam_sm_acct_mgmt)
HOOK(pam_sm_open_session)
HOOK(pam_sm_close_session)
HOOK(pam_sm_chauthtok)
