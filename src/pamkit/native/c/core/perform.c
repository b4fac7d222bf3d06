/* Does what Python asks for outside of it: hooks, conversations, cleanups, the loader, waiting.
 *
 * No frame of Python is on the stack and its lock is free: whoever is called here may fork,
 * exit, jump away for ever, be cancelled, or come back in. */

#include "core.h"

#include <dlfcn.h>
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef int (*hook_function)(pam_handle_t *, int, int, const char **);
typedef int (*converse_function)(int, const struct pam_message **, struct pam_response **, void *);
typedef void (*cleanup_function)(pam_handle_t *, void *, int);
typedef void (*delay_function)(int, unsigned, void *);

static const char *const hook_names[6] = {
    "pam_sm_authenticate", "pam_sm_setcred",       "pam_sm_acct_mgmt",
    "pam_sm_open_session", "pam_sm_close_session", "pam_sm_chauthtok",
};

static struct core_module *open_module(const char *path)
{
    struct core_module *module = calloc(1, sizeof *module);
    if (module == NULL) {
        return NULL;
    }
    module->object = dlopen(path, RTLD_NOW);
    if (module->object == NULL) {
        const char *reason = dlerror();
        strncpy(module->fault, reason != NULL ? reason : "unknown reason", sizeof module->fault - 1);
        return module;
    }
    for (size_t i = 0; i < 6; i++) {
        module->hook[i] = dlsym(module->object, hook_names[i]);
    }
    return module;
}

static void close_module(struct core_module *module)
{
    if (module != NULL && module->object != NULL) {
        dlclose(module->object);
    }
    free(module);
}

static void wait_for(pamkit_word microseconds)
{
    struct timespec left = { .tv_sec = (time_t)(microseconds / 1000000),
                             .tv_nsec = (long)(microseconds % 1000000) * 1000 };
    while (nanosleep(&left, &left) != 0) {
        continue; /* a signal was served; the rest of the time is still to come */
    }
}

pamkit_word core_perform(const pamkit_word request[CORE_REQUEST_WORDS])
{
    const pamkit_word *word = request + 1;
    switch ((enum core_request)request[0]) {
    case CORE_HOOK:
        return (pamkit_word)((hook_function)word[0])((pam_handle_t *)word[1], (int)word[2],
                                                     (int)word[3], (const char **)word[4]);
    case CORE_CONVERSE:
        return (pamkit_word)((converse_function)word[0])(
            (int)word[1], (const struct pam_message **)word[2], (struct pam_response **)word[3],
            (void *)word[4]);
    case CORE_CLEANUP:
        ((cleanup_function)word[0])((pam_handle_t *)word[1], (void *)word[2], (int)word[3]);
        return 0;
    case CORE_DELAY:
        ((delay_function)word[0])((int)word[1], (unsigned)word[2], (void *)word[3]);
        return 0;
    case CORE_OPEN:
        return (pamkit_word)open_module((const char *)word[0]);
    case CORE_CLOSE:
        close_module((struct core_module *)word[0]);
        return 0;
    case CORE_SLEEP:
        wait_for(word[0]);
        return 0;
    case CORE_SERVE:
        ((pamkit_server)word[0])((unsigned)word[1], (struct pamkit_call *)word[2]);
        return 0;
    case CORE_REQUESTS:
        break;
    }
    return (pamkit_word)PAM_SYSTEM_ERR; /* no such request: whatever it was, it was not granted */
}
