/* Who logged in on this terminal: `pam_modutil_getlogin`, asked once for each handle. */

#include "modutil.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char DATA_NAME[] = "_pammodutil_getlogin";

static void discard(pam_handle_t *pamh, void *data, int status);

/*
 * DIALECT: as 1.7, the login name of the C library (the audit id, then the terminal on descriptor
 * 0); 1.5 looked up PAM_TTY in utmp, which an application sets as it likes.
 */
const char *pam_modutil_getlogin(pam_handle_t *pamh)
{
    const void *known = NULL;
    char name[LOGIN_NAME_MAX + 1];

    if (pam_get_data(pamh, DATA_NAME, &known) == PAM_SUCCESS)
        return known;
    if (getlogin_r(name, sizeof(name)) != 0)
        return NULL;
    char *kept = strdup(name);
    if (kept == NULL)
        return NULL;
    if (pam_set_data(pamh, DATA_NAME, kept, discard) != PAM_SUCCESS) {
        free(kept);
        return NULL;
    }
    return kept;
}

static void discard(pam_handle_t *pamh, void *data, int status)
{
    (void)pamh;
    (void)status;
    free(data);
}
