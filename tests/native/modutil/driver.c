/* An application that lets the module make its calls; or makes them itself, which PAM forbids. */

#define _GNU_SOURCE 1

#include <dlfcn.h>
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <stdio.h>
#include <string.h>

static int refuse(int count, const struct pam_message **messages, struct pam_response **answers,
                  void *data)
{
    (void)count, (void)messages, (void)answers, (void)data;
    return PAM_CONV_ERR;
}

/* driver POLICIES [CALLS]: with a file of calls it is the application that makes them. */
int main(int argc, char **argv)
{
    const struct pam_conv conversation = {refuse, NULL};
    pam_handle_t *pamh = NULL;
    int result = PAM_SYSTEM_ERR;
    Dl_info where;

    if (argc < 2 || dladdr((void *)(size_t)pam_modutil_read, &where) == 0)
        return 2;
    printf("> library\n%s\n", where.dli_fname);
    int started = pam_start_confdir("modutil", "nobody", &conversation, argv[1], &pamh);
    if (started != PAM_SUCCESS) {
        printf("start %d\n", started);
        return 1;
    }
    if (argc > 2) {
        const char *arguments[] = {argv[2], NULL};
        result = pam_sm_authenticate(pamh, 0, 1, arguments);
    } else {
        result = pam_authenticate(pamh, 0);
    }
    printf("> end\n");
    printf("%d %d\n", result, pam_end(pamh, result));
    fflush(stdout);
    return 0;
}
