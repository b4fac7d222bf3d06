/* Transactions in many threads at a time: milliseconds until the last one is done.
 * Usage: threads COUNT EACH SERVICE DIRECTORY */

#include "applicant.h"

#include <pthread.h>

enum { MOST = 64 };

static struct applicant applicant;
static long each;

static void *run(void *nothing)
{
    (void)nothing;
    for (long i = 0; i < each; i++) {
        pam_handle_t *handle = start(&applicant);
        expect_success(pam_authenticate(handle, 0), "pam_authenticate");
        pam_end(handle, PAM_SUCCESS);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    long count = strtol(argv[1], NULL, 10);
    each = strtol(argv[2], NULL, 10);
    applicant = (struct applicant){ argv[3], "root", argv[4], NULL };
    if (count < 1 || count > MOST)
        return 2;
    pthread_t thread[MOST];
    pam_end(start(&applicant), PAM_SUCCESS); /* warms up */
    double before = nanoseconds();
    for (long i = 0; i < count; i++) {
        if (pthread_create(&thread[i], NULL, run, NULL) != 0)
            return 2;
    }
    for (long i = 0; i < count; i++)
        pthread_join(thread[i], NULL);
    printf("%.3f\n", (nanoseconds() - before) / 1e6);
    return 0;
}
