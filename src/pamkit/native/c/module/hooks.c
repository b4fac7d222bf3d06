/* The six hooks: each has itself served by Python, and refuses where there is none. */

#include "../opening/opening.h"
#include "foreign.h"

#include <dlfcn.h>
#include <security/pam_modules.h>
#include <stddef.h>

/* In the order of pamkit's `Primitive`. */
enum primitive { AUTHENTICATE, SETCRED, ACCT_MGMT, OPEN_SESSION, CLOSE_SESSION, CHAUTHTOK };

/*
 * Where the libpam that runs is pamkit's own, whoever serves it serves the module as well: there
 * is one engine, and it knows the handle. Else this file opens the core for itself.
 */
static pamkit_server server(void)
{
    union {
        void *object;
        pamkit_server (*function)(pamkit_server);
    } ask = { dlvsym(RTLD_DEFAULT, "pamkit_register", "PAMKIT_PRIVATE_1") };
    pamkit_server in_charge = ask.object == NULL ? NULL : ask.function(NULL);
    return in_charge != NULL ? in_charge : pamkit_find_server();
}

static int serve_hook(enum primitive primitive, pam_handle_t *handle, int flags, int argc,
                      const char **argv)
{
    struct pamkit_asked asked = { .libpam = pamkit_libpam };
    struct pamkit_call call = {
        .answer = PAM_SERVICE_ERR, /* until a hook in Python has said otherwise */
        .word = { primitive, (pamkit_word)handle, (pamkit_word)flags, (pamkit_word)argc,
                  (pamkit_word)argv, (pamkit_word)&asked },
    };
    pamkit_server serve = handle == NULL ? NULL : server();
    if (serve == NULL) {
        return PAM_SERVICE_ERR;
    }
    pamkit_module_name(asked.name);
    serve(PAMKIT_MODULE, &call);
    int code = (int)call.answer;
    /* A word that does not fit is no code: cut, it could be success. */
    return (pamkit_word)code == call.answer ? code : PAM_SERVICE_ERR;
}

#define HOOK(name, primitive)                                                              \
    PAMKIT_EXPORT int name(pam_handle_t *handle, int flags, int argc, const char **argv)     \
    {                                                                                      \
        return serve_hook(primitive, handle, flags, argc, argv);                           \
    }

HOOK(pam_sm_authenticate, AUTHENTICATE)
HOOK(pam_sm_setcred, SETCRED)
HOOK(pam_sm_acct_mgmt, ACCT_MGMT)
HOOK(pam_sm_open_session, OPEN_SESSION)
HOOK(pam_sm_close_session, CLOSE_SESSION)
HOOK(pam_sm_chauthtok, CHAUTHTOK)
