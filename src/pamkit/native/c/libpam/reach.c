/* The way from a public function to whoever serves it. */

#include "reach.h"

#include "../opening/opening.h"

#include <errno.h>

/* A Python program that serves native modules itself says so before anything is called. */
PAMKIT_EXPORT pamkit_server pamkit_register(pamkit_server serve);

PAMKIT_EXPORT pamkit_server pamkit_register(pamkit_server serve)
{
    return pamkit_put_server(serve);
}

PAMKIT_HIDDEN void pamkit_reach(unsigned function, struct pamkit_call *call)
{
    int error = errno; /* C: no function of libpam says anything by it, and modules rely on theirs */
    pamkit_server serve = pamkit_find_server();
    if (serve != NULL) {
        serve(function, call);
    }
    errno = error;
}
