/* A module that answers what its line says, and tells that it was asked. */
#include <stdlib.h>

#include <security/pam_appl.h>
#include <security/pam_modules.h>

void tell(const char *number, int second);

static int answer(int argc, const char **argv, int second)
{
    if (argc != 3)
        return PAM_SERVICE_ERR;
    tell(argv[0], second);
    return atoi(argv[second ? 2 : 1]);
}

#define PROBE(name) \
    PAM_EXTERN int name(pam_handle_t *handle, int flags, int argc, const char **argv) \
    { \
        (void)handle, (void)flags; \
        return answer(argc, argv, 0); \
    }

PROBE(pam_sm_authenticate)
PROBE(pam_sm_setcred)
PROBE(pam_sm_acct_mgmt)
PROBE(pam_sm_open_session)
PROBE(pam_sm_close_session)

PAM_EXTERN int pam_sm_chauthtok(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    (void)handle;
    return answer(argc, argv, (flags & PAM_UPDATE_AUTHTOK) != 0);
}
