/* A program that moves environments to and from libpam, and prints what became of them.
 *
 * libpam_misc_environment POLICY_DIRECTORY [abuse]
 *
 * The directory has the service `driver`.  With a second argument there are calls without handle.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>
#include <security/pam_misc.h>

static void show(pam_handle_t *pamh)
{
    char **env = pam_getenvlist(pamh);

    fputs("environment:", stdout);
    for (char **string = env; string != NULL && *string != NULL; string++)
        printf(" [%s]", *string);
    fputc('\n', stdout);
    if (env != NULL)
        printf("dropped=%s\n", pam_misc_drop_env(env) == NULL ? "null" : "kept");
}

int main(int argc, char **argv)
{
    static const char *const good[] = {"A=1", "B=two words", "C=", NULL};
    static const char *const bad[] = {"D=4", "=nothing", "E=5", NULL};
    static const char *const removes[] = {"A", NULL};
    struct pam_conv conversation = {misc_conv, NULL};
    pam_handle_t *pamh = NULL;
    int code;

    if (argc != 2 && argc != 3)
        return 2;
    code = pam_start_confdir("driver", "nobody", &conversation, argv[1], &pamh);
    if (code != PAM_SUCCESS)
        return 3;
    show(pamh);
    printf("paste none=%d\n", pam_misc_paste_env(pamh, NULL));
    printf("paste good=%d\n", pam_misc_paste_env(pamh, good));
    show(pamh);
    printf("paste bad=%d\n", pam_misc_paste_env(pamh, bad));
    show(pamh);
    printf("paste removal=%d\n", pam_misc_paste_env(pamh, removes));
    printf("set new=%d\n", pam_misc_setenv(pamh, "F", "six", 0));
    printf("set over=%d\n", pam_misc_setenv(pamh, "F", "seven", 0));
    printf("set readonly=%d\n", pam_misc_setenv(pamh, "F", "eight", 1));
    printf("set new readonly=%d\n", pam_misc_setenv(pamh, "G", "nine", 1));
    printf("set empty=%d\n", pam_misc_setenv(pamh, "H", "", 0));
    printf("set nameless=%d\n", pam_misc_setenv(pamh, "", "x", 0));
    if (argc == 3) {
        printf("set without handle=%d\n", pam_misc_setenv(NULL, "I", "x", 0));
        printf("paste without handle=%d\n", pam_misc_paste_env(NULL, good));
    }
    show(pamh);
    return pam_end(pamh, PAM_SUCCESS);
}
