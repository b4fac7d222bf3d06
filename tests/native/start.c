/* One transaction, and a line for each variable of the environment that somebody reads on the way.
 * Usage: start SERVICE DIRECTORY */

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int reading;

/* Found before that of libc by all who ask by name, the core's interpreter among them. */
char *getenv(const char *name)
{
    if (reading)
        fprintf(stderr, "getenv %s\n", name);
    size_t length = strlen(name);
    for (char **entry = environ; *entry != NULL; entry++) {
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    }
    return NULL;
}

char *secure_getenv(const char *name)
{
    return getenv(name);
}

static int converse(int count, const struct pam_message **messages,
                    struct pam_response **responses, void *data)
{
    (void)count;
    (void)messages;
    (void)responses;
    (void)data;
    return PAM_CONV_ERR;
}

int main(int argc, char **argv)
{
    const struct pam_conv conversation = { converse, NULL };
    pam_handle_t *handle = NULL;
    if (argc != 3 || getenv("START_CONTROL") == NULL)
        return 2;
    reading = 1;
    if (strcmp(getenv("START_CONTROL"), "no") != 0)
        return 2;
    int code = pam_start_confdir(argv[1], "root", &conversation, argv[2], &handle);
    if (code == PAM_SUCCESS) {
        code = pam_authenticate(handle, 0);
        pam_end(handle, code);
    }
    return code;
}
