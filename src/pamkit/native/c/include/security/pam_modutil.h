/* What modules need of the system, safe in programs with threads.
 *
 * Results that are pointers live as long as the transaction, unless it says otherwise.
 */
#ifndef _SECURITY__PAM_MODUTIL_H
#define _SECURITY__PAM_MODUTIL_H

#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <sys/types.h>

#include <security/_pam_types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- accounts and groups ---------------------------------------------------------------------- */

/* PAM_SUCCESS if a file of the form of /etc/passwd (null: that one) has a line for the user. */
extern int pam_modutil_check_user_in_passwd(pam_handle_t *pamh, const char *user_name,
                                            const char *file_name) PAM_NONNULL((1, 2));

extern struct passwd *pam_modutil_getpwnam(pam_handle_t *pamh, const char *user)
    PAM_NONNULL((1, 2));
extern struct passwd *pam_modutil_getpwuid(pam_handle_t *pamh, uid_t uid) PAM_NONNULL((1));
extern struct group *pam_modutil_getgrnam(pam_handle_t *pamh, const char *group)
    PAM_NONNULL((1, 2));
extern struct group *pam_modutil_getgrgid(pam_handle_t *pamh, gid_t gid) PAM_NONNULL((1));
extern struct spwd *pam_modutil_getspnam(pam_handle_t *pamh, const char *user)
    PAM_NONNULL((1, 2));

/* 1 for a member, 0 for anybody else and for what is not known. */
extern int pam_modutil_user_in_group_nam_nam(pam_handle_t *pamh, const char *user,
                                             const char *group) PAM_NONNULL((1, 2, 3));
extern int pam_modutil_user_in_group_nam_gid(pam_handle_t *pamh, const char *user, gid_t group)
    PAM_NONNULL((1, 2));
extern int pam_modutil_user_in_group_uid_nam(pam_handle_t *pamh, uid_t user, const char *group)
    PAM_NONNULL((1, 3));
extern int pam_modutil_user_in_group_uid_gid(pam_handle_t *pamh, uid_t user, gid_t group)
    PAM_NONNULL((1));

/* Who logged in on this terminal. Others can write what it is read from: decide nothing by it. */
extern const char *pam_modutil_getlogin(pam_handle_t *pamh) PAM_NONNULL((1));

/* --- files ------------------------------------------------------------------------------------ */

/* All of it, however often one has to try; less only at the end of a file, -1 on an error. */
extern int pam_modutil_read(int fd, char *buffer, int count);
extern int pam_modutil_write(int fd, const char *buffer, int count);

/* The value of a key in a file like /etc/login.defs, or null; from malloc, the caller frees it. */
extern char *pam_modutil_search_key(pam_handle_t *pamh, const char *file_name, const char *key)
    PAM_NONNULL((1, 2, 3));

/* --- audit ------------------------------------------------------------------------------------ */

extern int pam_modutil_audit_write(pam_handle_t *pamh, int type, const char *message, int retval)
    PAM_NONNULL((1, 3));

/* --- privileges ------------------------------------------------------------------------------- */

/* What was given up, to be had back. PAM_MODUTIL_DEF_PRIVS makes one. */
struct pam_modutil_privs {
    gid_t *grplist;
    int number_of_groups;
    int allocated;
    gid_t old_gid;
    uid_t old_uid;
    int is_dropped;
};

#define PAM_MODUTIL_NGROUPS 64
#define PAM_MODUTIL_DEF_PRIVS(n)            \
    gid_t n##_grplist[PAM_MODUTIL_NGROUPS]; \
    struct pam_modutil_privs n = {n##_grplist, PAM_MODUTIL_NGROUPS, 0, (gid_t)-1, (uid_t)-1, 0}

/* Touch files as this user; 0, or -1 if it could not be done. */
extern int pam_modutil_drop_priv(pam_handle_t *pamh, struct pam_modutil_privs *p,
                                 const struct passwd *pw) PAM_NONNULL((1, 2, 3));
extern int pam_modutil_regain_priv(pam_handle_t *pamh, struct pam_modutil_privs *p)
    PAM_NONNULL((1, 2));

/* --- helper programs -------------------------------------------------------------------------- */

/* What a standard stream of a helper is to be. */
enum pam_modutil_redirect_fd {
    PAM_MODUTIL_IGNORE_FD, /* what it is */
    PAM_MODUTIL_PIPE_FD,   /* a pipe: nothing can be read, writing fails */
    PAM_MODUTIL_NULL_FD    /* /dev/null */
};

/* For the child, after fork: set the standard streams and close everything else. 0, or -1. */
extern int pam_modutil_sanitize_helper_fds(pam_handle_t *pamh,
                                           enum pam_modutil_redirect_fd redirect_stdin,
                                           enum pam_modutil_redirect_fd redirect_stdout,
                                           enum pam_modutil_redirect_fd redirect_stderr)
    PAM_NONNULL((1));

#ifdef __cplusplus
}
#endif

#endif
