/* Does a passwd file name a user: `pam_modutil_check_user_in_passwd`. */

#include "modutil.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

static int scan(FILE *file, const char *name);

/*
 * C: PAM_SUCCESS when a line starts with the name and a colon, PAM_PERM_DENIED when none does,
 * PAM_SERVICE_ERR when that cannot be known.
 *
 * DIALECT: as 1.7, a name of any length, and a line is a line also if it holds a NUL; in 1.5 the
 * part of a long line behind a NUL counts as a new line.
 */
int pam_modutil_check_user_in_passwd(pam_handle_t *pamh, const char *user_name,
                                     const char *file_name)
{
    int result = PAM_SERVICE_ERR;

    if (user_name == NULL || user_name[0] == '\0') {
        pam_syslog(pamh, LOG_NOTICE, "user name is not valid");
        return PAM_SERVICE_ERR;
    }
    /* `root:x` is nobody, though a line starts with it. */
    if (strchr(user_name, ':') != NULL)
        return PAM_PERM_DENIED;
    if (file_name == NULL)
        file_name = "/etc/passwd";
    FILE *file = fopen(file_name, "re");
    if (file == NULL) {
        pam_syslog(pamh, LOG_ERR, "error opening %s: %m", file_name);
        return PAM_SERVICE_ERR;
    }
    result = scan(file, user_name);
    /* DIALECT: C takes an error for the end of the file; what was not read denies nobody. */
    if (result == PAM_SERVICE_ERR)
        pam_syslog(pamh, LOG_ERR, "error reading %s: %m", file_name);
    fclose(file);
    return result;
}

/* INVARIANT: the whole file is read, found or not: the time taken does not tell. */
static int scan(FILE *file, const char *name)
{
    const char *expected = name; /* the rest of the name on this line; null: not this line */
    int is_named = 0;
    int byte;

    while ((byte = getc(file)) != EOF) {
        if (byte == '\n') {
            expected = name;
        } else if (expected == NULL) {
            continue;
        } else if (*expected == '\0') {
            is_named |= byte == ':';
            expected = NULL;
        } else {
            expected = (char)byte == *expected ? expected + 1 : NULL;
        }
    }
    if (ferror(file))
        return PAM_SERVICE_ERR;
    /* Yes: a line starts with the whole name, and a colon follows it. */
    return is_named ? PAM_SUCCESS : PAM_PERM_DENIED;
}
