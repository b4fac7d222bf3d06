/*
 * Runs stacks through OpenPAM's own dispatcher.  On standard input, for each case:
 *
 *     <call> <number of entries>
 *     <control word> <answer to the first pass> <answer to the second>
 *
 * On standard output, for each case: the code of the call, and which entries were asked, in order;
 * those of the second pass of chauthtok behind a slash.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>
#include <security/openpam.h>

static char asked[4096];

/* The probe tells who was asked; it finds this function in the program that loads it. */
void tell(const char *number, int second)
{
    static int was_second;

    if (asked[0] == '\0')
        was_second = 0;
    if (second && !was_second)
        strcat(asked, " /");
    was_second = second;
    strcat(asked, " ");
    strcat(asked, number);
}

static int talk(int count, const struct pam_message **messages, struct pam_response **replies,
                void *data)
{
    (void)count, (void)messages, (void)replies, (void)data;
    return PAM_CONV_ERR;
}

static int call(pam_handle_t *handle, const char *name)
{
    if (strcmp(name, "authenticate") == 0)
        return pam_authenticate(handle, 0);
    if (strcmp(name, "setcred") == 0)
        return pam_setcred(handle, PAM_ESTABLISH_CRED);
    if (strcmp(name, "account") == 0)
        return pam_acct_mgmt(handle, 0);
    if (strcmp(name, "open") == 0)
        return pam_open_session(handle, 0);
    if (strcmp(name, "close") == 0)
        return pam_close_session(handle, 0);
    if (strcmp(name, "chauthtok") == 0)
        return pam_chauthtok(handle, 0);
    abort();
}

static const char *facility(const char *name)
{
    if (strcmp(name, "authenticate") == 0 || strcmp(name, "setcred") == 0)
        return "auth";
    if (strcmp(name, "account") == 0)
        return "account";
    return strcmp(name, "chauthtok") == 0 ? "password" : "session";
}

int main(int argc, char **argv)
{
    const char *policy, *probe;
    struct pam_conv conversation = {talk, NULL};
    char name[32], word[32], first[16], second[16];
    int entries;

    if (argc != 3)
        return 2;
    policy = argv[1], probe = argv[2];
    openpam_set_feature(OPENPAM_RESTRICT_SERVICE_NAME, 0);
    openpam_set_feature(OPENPAM_VERIFY_POLICY_FILE, 0);
    openpam_set_feature(OPENPAM_VERIFY_MODULE_FILE, 0);
    openpam_set_feature(OPENPAM_FALLBACK_TO_OTHER, 0);
    while (scanf("%31s %d", name, &entries) == 2) {
        pam_handle_t *handle = NULL;
        FILE *file = fopen(policy, "w");
        int at, code;

        if (file == NULL)
            return 2;
        for (at = 0; at < entries; at++) {
            if (scanf("%31s %15s %15s", word, first, second) != 3)
                return 2;
            fprintf(file, "%s %s %s %d %s %s\n", facility(name), word, probe, at, first, second);
        }
        if (fclose(file) != 0)
            return 2;
        asked[0] = '\0';
        code = pam_start(policy, "applicant", &conversation, &handle);
        if (code != PAM_SUCCESS) {
            printf("start %d\n", code);
            continue;
        }
        code = call(handle, name);
        printf("%d%s\n", code, asked);
        pam_end(handle, code);
    }
    return 0;
}
