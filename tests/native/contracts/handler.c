/* A program whose signal's handler calls libpam, at any moment: also in the middle of a call. */

#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

static pam_handle_t *handle;
static volatile sig_atomic_t heard;

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data)
{
    (void)count, (void)messages, (void)responses, (void)data;
    return PAM_CONV_ERR;
}

static void hear(int number)
{
    (void)number;
    heard++;
    (void)pam_fail_delay(handle, 0);
}

int main(int argc, char **argv)
{
    const struct pam_conv conversation = { converse, NULL };
    if (argc < 2 || pam_start_confdir("permit", "user", &conversation, argv[1], &handle) != 0) {
        return 2;
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = hear;
    sigaction(SIGALRM, &action, NULL);
    const struct itimerval often = { { 0, 300 }, { 0, 300 } };
    setitimer(ITIMER_REAL, &often, NULL);
    int refused = 0;
    while (heard < 500) {
        refused += pam_authenticate(handle, 0) != PAM_SUCCESS;
    }
    const struct itimerval never = { { 0, 0 }, { 0, 0 } };
    setitimer(ITIMER_REAL, &never, NULL);
    printf("refused %d end %d\n", refused, pam_end(handle, 0));
    return 0;
}
