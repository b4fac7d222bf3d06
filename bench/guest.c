/* A direct call of a module's hook, many times over, under the libpam that it is linked with.
 *
 * Usage: guest MODULE SERVICE CONFDIR COUNT; prints microseconds per call. */

#include <dlfcn.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef int (*hook)(pam_handle_t *, int, int, const char **);

int pam_start_confdir(const char *, const char *, const struct pam_conv *, const char *,
                      pam_handle_t **);

static int converse(int count, const struct pam_message **messages,
                    struct pam_response **responses, void *pointer)
{
    (void)count, (void)messages, (void)responses, (void)pointer;
    return 19;
}

int main(int count, char **word)
{
    struct pam_conv conversation = { converse, NULL };
    pam_handle_t *handle = NULL;
    void *module = count == 5 ? dlopen(word[1], RTLD_NOW) : NULL;
    union {
        void *object;
        hook function;
    } found = { module ? dlsym(module, "pam_sm_authenticate") : NULL };
    if (!found.object ||
        pam_start_confdir(word[2], "root", &conversation, word[3], &handle) != 0) {
        return 1;
    }
    long left = atol(word[4]), calls = left;
    int wrong = 0;
    struct timespec begun, ended;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    while (left-- > 0) {
        wrong |= found.function(handle, 0, 0, NULL);
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    double took = (double)(ended.tv_sec - begun.tv_sec) * 1e6 +
                  (double)(ended.tv_nsec - begun.tv_nsec) / 1e3;
    printf("%f\n", took / (double)calls);
    return wrong;
}
