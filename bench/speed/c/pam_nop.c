/* A module that does nothing, successfully; with -DDELAY it asks for a delay after failures. */
struct pam_handle;

extern int pam_fail_delay(struct pam_handle *handle, unsigned microseconds);

#ifdef DELAY
#define DO(handle) pam_fail_delay(handle, 100000)
#else
#define DO(handle) ((void)(handle), 0)
#endif

#define HOOK(name)                                                                   \
    int name(struct pam_handle *handle, int flags, int argc, const char **argv);     \
    int name(struct pam_handle *handle, int flags, int argc, const char **argv)      \
    {                                                                                \
        (void)flags, (void)argc, (void)argv;                                         \
        return DO(handle);                                                           \
    }

HOOK(pam_sm_authenticate)
HOOK(pam_sm_setcred)
HOOK(pam_sm_acct_mgmt)
HOOK(pam_sm_open_session)
HOOK(pam_sm_close_session)
HOOK(pam_sm_chauthtok)
