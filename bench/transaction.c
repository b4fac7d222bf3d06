/* A full PAM transaction on the system's libpam, many times over: the yardstick.
 * Usage: transaction SERVICE COUNT; prints microseconds per transaction. */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int converse(int count, const struct pam_message **messages,
                    struct pam_response **responses, void *data)
{
    (void)messages;
    (void)data;
    *responses = calloc((size_t)count, sizeof **responses);
    return *responses == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static int transaction(const char *service)
{
    const struct pam_conv conversation = {converse, NULL};
    pam_handle_t *handle = NULL;
    int code = pam_start(service, "root", &conversation, &handle);

    if (code == PAM_SUCCESS)
        code = pam_authenticate(handle, 0);
    if (code == PAM_SUCCESS)
        code = pam_setcred(handle, PAM_ESTABLISH_CRED);
    if (code == PAM_SUCCESS)
        code = pam_acct_mgmt(handle, 0);
    if (code == PAM_SUCCESS)
        code = pam_open_session(handle, 0);
    if (code == PAM_SUCCESS)
        code = pam_close_session(handle, 0);
    if (handle != NULL)
        pam_end(handle, code);
    return code;
}

int main(int argc, char **argv)
{
    struct timespec before, after;
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;

    if (count <= 0)
        return 2;
    clock_gettime(CLOCK_MONOTONIC, &before);
    for (long i = 0; i < count; i++)
        if (transaction(argv[1]) != PAM_SUCCESS)
            return 1;
    clock_gettime(CLOCK_MONOTONIC, &after);
    printf("%.3f\n", ((double)(after.tv_sec - before.tv_sec) * 1e6 +
                      (double)(after.tv_nsec - before.tv_nsec) / 1e3) / (double)count);
    return 0;
}
