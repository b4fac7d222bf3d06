/* One authenticate in a process of its own: pam_start, pam_authenticate, pam_end.
 * Usage: once SERVICE USER */

#include <security/pam_appl.h>
#include <stdlib.h>

static int silent(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *data)
{
    (void)messages, (void)data;
    *responses = calloc((size_t)count, sizeof **responses);
    return *responses == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

int main(int argc, char **argv)
{
    const struct pam_conv conversation = { silent, NULL };
    pam_handle_t *handle = NULL;
    if (argc != 3 || pam_start(argv[1], argv[2], &conversation, &handle) != PAM_SUCCESS)
        return 2;
    int code = pam_authenticate(handle, 0);
    pam_end(handle, code);
    return code;
}
