/* A module for the drivers: asks for a password and takes `right`; its options make it awkward. */

/* delay=MS sleeps before it asks; again calls the same handle's pam_authenticate and pam_end;
 * keeps leaves data whose cleanup uses the handle, ends one that ends it; twice asks twice. */

#include "driver.h"

#include <time.h>

int pam_sm_authenticate(pam_handle_t *, int, int, const char **);
int pam_sm_setcred(pam_handle_t *, int, int, const char **);
int pam_sm_acct_mgmt(pam_handle_t *, int, int, const char **);
int pam_sm_open_session(pam_handle_t *, int, int, const char **);
int pam_sm_close_session(pam_handle_t *, int, int, const char **);
int pam_sm_chauthtok(pam_handle_t *, int, int, const char **);

/* A cleanup that goes on using the handle it is cleaned up from. */
static void uses_handle(pam_handle_t *handle, void *data, int status)
{
    const void *item = NULL;
    (void)data;
    (void)status;
    printf("cleanup %d", pam_get_item(handle, PAM_USER, &item));
    printf(" %d", pam_set_data(handle, "faults-later", NULL, NULL));
    printf(" %d\n", pam_putenv(handle, "FAULTS=1"));
    if (pam_authenticate(handle, 0) == PAM_SUCCESS)
        granted("a cleanup, by its own handle");
}

static void ends_handle(pam_handle_t *handle, void *data, int status)
{
    (void)data;
    (void)status;
    pam_end(handle, PAM_SUCCESS);
}

static void pause_for(long milliseconds)
{
    struct timespec left = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
    while (nanosleep(&left, &left) != 0)
        ;
}

int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    int code = PAM_AUTH_ERR;
    int rounds = 1;
    char *response = NULL;
    (void)flags;
    for (int at = 0; at < argc; at++) {
        if (strncmp(argv[at], "delay=", 6) == 0)
            pause_for(atol(argv[at] + 6));
        if (strcmp(argv[at], "twice") == 0)
            rounds = 2;
        if (strcmp(argv[at], "keeps") == 0)
            pam_set_data(handle, "faults-kept", handle, uses_handle);
        if (strcmp(argv[at], "ends") == 0)
            pam_set_data(handle, "faults-kept", handle, ends_handle);
        if (strcmp(argv[at], "again") == 0) {
            if (pam_authenticate(handle, 0) == PAM_SUCCESS)
                granted("a module, by its own handle");
            if (pam_end(handle, 0) == PAM_SUCCESS)
                broken("a module ended its own handle");
        }
    }
    while (rounds-- > 0) {
        code = pam_prompt(handle, PAM_PROMPT_ECHO_OFF, &response, "Password: ");
        if (code != PAM_SUCCESS || response == NULL)
            return code != PAM_SUCCESS ? code : PAM_CONV_ERR;
        /* The only yes: the word itself was given. */
        code = strcmp(response, "right") == 0 ? PAM_SUCCESS : PAM_AUTH_ERR;
        free(response);
        response = NULL;
        if (code != PAM_SUCCESS)
            return code;
    }
    return code;
}

int pam_sm_setcred(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    (void)handle, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}

int pam_sm_acct_mgmt(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    (void)handle, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}

int pam_sm_open_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    (void)handle, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}

int pam_sm_close_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    (void)handle, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}

int pam_sm_chauthtok(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    (void)handle, (void)flags, (void)argc, (void)argv;
    return PAM_AUTH_ERR;
}
