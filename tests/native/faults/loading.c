/* The library opened and closed many times, in local and in global scope, by a program not linked. */

/* loading LIBRARY local|global|threads ROUNDS | loading LIBRARY LIBRARY2 both: two at a time */

#include "driver.h"

#include <dlfcn.h>
#include <pthread.h>

typedef int start_function(const char *, const char *, const struct pam_conv *, const char *,
                           pam_handle_t **);
typedef int call_function(pam_handle_t *, int);

static int mode = RTLD_LOCAL;
static const char *library;
static int rounds;

static void *find(void *opened, const char *name)
{
    void *found = dlsym(opened, name);
    if (found == NULL)
        broken("no %s: %s", name, dlerror());
    return found;
}

static int play(void *opened, const char *service, const char *password)
{
    start_function *start = (start_function *)find(opened, "pam_start_confdir");
    call_function *authenticate = (call_function *)find(opened, "pam_authenticate");
    call_function *end = (call_function *)find(opened, "pam_end");
    char word[16];
    struct pam_conv conv = { answer, word };
    pam_handle_t *handle = NULL;
    snprintf(word, sizeof word, "%s", password);
    wants_success(start(service, "nobody", &conv, getenv("FAULTS_POLICIES"), &handle), "pam_start");
    int code = authenticate(handle, 0);
    wants_success(end(handle, code), "pam_end");
    return code;
}

static void *open_and_close(void *unused)
{
    (void)unused;
    for (int left = rounds; left > 0; left--) {
        void *opened = dlopen(library, RTLD_NOW | mode);
        if (opened == NULL)
            broken("%s", dlerror());
        if (left % 4 != 0) {
            wants_refusal(play(opened, "deny", "right"), "pam_deny in an opened library");
            wants_refusal(play(opened, "asks", "wrong"), "a wrong password in an opened library");
            wants_success(play(opened, "asks", "right"), "the right password in an opened library");
        }
        if (dlclose(opened) != 0)
            broken("%s", dlerror());
    }
    return NULL;
}

/* Two of them in one process, each in a scope of its own. */
static int both(const char *one, const char *two)
{
    void *opened[] = { dlopen(one, RTLD_NOW | RTLD_LOCAL), dlopen(two, RTLD_NOW | RTLD_LOCAL) };
    if (opened[0] == NULL || opened[1] == NULL || opened[0] == opened[1])
        broken("cannot open both: %s", dlerror());
    for (int left = 40; left > 0; left--) {
        wants_refusal(play(opened[left % 2], "deny", "right"), "pam_deny in one of two");
        wants_refusal(play(opened[left % 2], "deny", "wrong"), "pam_deny in one of two");
    }
    return FINE;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return BROKEN;
    if (strcmp(argv[3], "both") == 0)
        return both(argv[1], argv[2]);
    library = argv[1];
    rounds = atoi(argv[3]);
    mode = strcmp(argv[2], "global") == 0 ? RTLD_GLOBAL : RTLD_LOCAL;
    if (strcmp(argv[2], "threads") != 0) {
        open_and_close(NULL);
        return FINE;
    }
    for (int generation = 0; generation < 3; generation++) {
        pthread_t threads[4];
        for (int at = 0; at < 4; at++)
            pthread_create(&threads[at], NULL, open_and_close, NULL);
        for (int at = 0; at < 4; at++)
            pthread_join(threads[at], NULL);
    }
    return FINE;
}
