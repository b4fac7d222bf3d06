/* What a call costs once everything is there: nanoseconds each, the median of many rounds.
 * Usage: warm item|authenticate|transaction SERVICE DIRECTORY */

#include "applicant.h"

enum { ROUNDS = 41 };

static void item(const struct applicant *applicant, pam_handle_t *handle, int count)
{
    (void)applicant;
    const void *user;
    for (int i = 0; i < count; i++)
        expect_success(pam_get_item(handle, PAM_USER, &user), "pam_get_item");
}

static void authenticate(const struct applicant *applicant, pam_handle_t *handle, int count)
{
    (void)applicant;
    for (int i = 0; i < count; i++)
        expect_success(pam_authenticate(handle, 0), "pam_authenticate");
}

static void transaction(const struct applicant *applicant, pam_handle_t *unused, int count)
{
    (void)unused;
    for (int i = 0; i < count; i++) {
        pam_handle_t *handle = start(applicant);
        expect_success(pam_authenticate(handle, 0), "pam_authenticate");
        expect_success(pam_acct_mgmt(handle, 0), "pam_acct_mgmt");
        expect_success(pam_setcred(handle, PAM_ESTABLISH_CRED), "pam_setcred");
        expect_success(pam_open_session(handle, 0), "pam_open_session");
        expect_success(pam_close_session(handle, 0), "pam_close_session");
        expect_success(pam_setcred(handle, PAM_DELETE_CRED), "pam_setcred");
        pam_end(handle, PAM_SUCCESS);
    }
}

static const struct {
    const char *name;
    void (*run)(const struct applicant *, pam_handle_t *, int);
    int count;
} measured[] = { { "item", item, 20000 },
                 { "authenticate", authenticate, 200 },
                 { "transaction", transaction, 20 } };

static int smaller(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    const struct applicant applicant = { argv[2], "root", argv[3], NULL };
    for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++) {
        if (strcmp(argv[1], measured[i].name) != 0)
            continue;
        double took[ROUNDS];
        pam_handle_t *handle = start(&applicant);
        measured[i].run(&applicant, handle, measured[i].count); /* warms up */
        for (int round = 0; round < ROUNDS; round++) {
            double before = nanoseconds();
            measured[i].run(&applicant, handle, measured[i].count);
            took[round] = (nanoseconds() - before) / measured[i].count;
        }
        pam_end(handle, PAM_SUCCESS);
        qsort(took, ROUNDS, sizeof took[0], smaller);
        printf("%.1f\n", took[ROUNDS / 2]);
        return 0;
    }
    return 2;
}
