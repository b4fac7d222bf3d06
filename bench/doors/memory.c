/* The memory of a process after logins: kilobytes private and written, resident, and its share.
 * Usage: memory handle|transactions COUNT SERVICE DIRECTORY
 * Prints the three after one login, after half of COUNT on one handle or in as many, and after
 * all: what Python keeps for reuse is there by half, and what still grows leaks. */

#include "applicant.h"

static void report(void)
{
    char line[256];
    long private_dirty = 0, resident = 0, share = 0;
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        sscanf(line, "Private_Dirty: %ld", &private_dirty);
        sscanf(line, "Rss: %ld", &resident);
        sscanf(line, "Pss: %ld", &share);
    }
    if (file != NULL)
        fclose(file);
    printf("%ld %ld %ld\n", private_dirty, resident, share);
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 2;
    int on_one_handle = strcmp(argv[1], "handle") == 0;
    long count = strtol(argv[2], NULL, 10);
    const struct applicant applicant = { argv[3], "root", argv[4], NULL };
    pam_handle_t *handle = start(&applicant);
    expect_success(pam_authenticate(handle, 0), "pam_authenticate");
    report();
    for (long i = 0; i < count; i++) {
        if (!on_one_handle) {
            pam_end(handle, PAM_SUCCESS);
            handle = start(&applicant);
        }
        expect_success(pam_authenticate(handle, 0), "pam_authenticate");
        if (i + 1 == count / 2)
            report();
    }
    report();
    pam_end(handle, PAM_SUCCESS);
    return 0;
}
