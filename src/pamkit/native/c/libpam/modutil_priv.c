/* Files as somebody else for a while: `pam_modutil_drop_priv`, `pam_modutil_regain_priv`. */

#include "modutil.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/types.h>
#include <syslog.h>
#include <unistd.h>

/*
 * C: only the ids for file access change, and those of the calling thread only; the groups are
 * those of the whole process, as the C library sets them.  Real and effective ids stay.
 */

/* C: the marks which `is_dropped` bears; modules compiled against the struct may look at them. */
enum { DROPPED = 0x1004000a, NOTHING_TO_DROP = (int)0xdead000a };

static int save_groups(pam_handle_t *pamh, struct pam_modutil_privs *privs);
static int take_groups(pam_handle_t *pamh, const struct passwd *user);
static int change_uid(uid_t uid, uid_t *old);
static int change_gid(gid_t gid, gid_t *old);
static void forget_groups(struct pam_modutil_privs *privs);

/* C: 0 when files are reached as `user` now (or nothing had to be done), else -1. */
int pam_modutil_drop_priv(pam_handle_t *pamh, struct pam_modutil_privs *privs,
                          const struct passwd *user)
{
    if (privs == NULL || user == NULL)
        return -1;
    if (privs->is_dropped) {
        pam_syslog(pamh, LOG_CRIT, "pam_modutil_drop_priv: called with dropped privileges");
        return -1;
    }
    /* Who is not root has nothing to drop; who becomes root drops nothing. */
    if (geteuid() != 0 || user->pw_uid == 0) {
        privs->is_dropped = NOTHING_TO_DROP;
        return 0;
    }
    if (privs->grplist == NULL || privs->number_of_groups <= 0) {
        pam_syslog(pamh, LOG_CRIT,
                   "pam_modutil_drop_priv: called without room for supplementary groups");
        return -1;
    }
    if (save_groups(pamh, privs) != 0)
        return -1;
    if (take_groups(pamh, user) != 0) {
        forget_groups(privs);
        return -1;
    }
    if (change_gid(user->pw_gid, &privs->old_gid) != 0) {
        pam_syslog(pamh, LOG_ERR, "pam_modutil_drop_priv: change_gid failed: %m");
        (void)setgroups((size_t)privs->number_of_groups, privs->grplist);
        forget_groups(privs);
        return -1;
    }
    if (change_uid(user->pw_uid, &privs->old_uid) != 0) {
        pam_syslog(pamh, LOG_ERR, "pam_modutil_drop_priv: change_uid failed: %m");
        (void)change_gid(privs->old_gid, NULL);
        (void)setgroups((size_t)privs->number_of_groups, privs->grplist);
        forget_groups(privs);
        return -1;
    }
    /* Dropped: groups, group and user were set, and the last two were seen to be set. */
    privs->is_dropped = DROPPED;
    return 0;
}

/*
 * C: 0 when everything is as before; the struct has lost its room then and drops no second time.
 * A regain that fails forgets the groups too: the next one goes back to the ids, with no group.
 */
int pam_modutil_regain_priv(pam_handle_t *pamh, struct pam_modutil_privs *privs)
{
    if (privs == NULL)
        return -1;
    if (privs->is_dropped == NOTHING_TO_DROP) {
        privs->is_dropped = 0;
        return 0;
    }
    if (privs->is_dropped != DROPPED) {
        pam_syslog(pamh, LOG_CRIT, "pam_modutil_regain_priv: called with invalid state");
        return -1;
    }
    if (change_uid(privs->old_uid, NULL) != 0) {
        pam_syslog(pamh, LOG_ERR, "pam_modutil_regain_priv: change_uid failed: %m");
        forget_groups(privs);
        return -1;
    }
    if (change_gid(privs->old_gid, NULL) != 0) {
        pam_syslog(pamh, LOG_ERR, "pam_modutil_regain_priv: change_gid failed: %m");
        forget_groups(privs);
        return -1;
    }
    if (setgroups((size_t)privs->number_of_groups, privs->grplist) != 0) {
        pam_syslog(pamh, LOG_ERR, "pam_modutil_regain_priv: setgroups failed: %m");
        forget_groups(privs);
        return -1;
    }
    /* Regained: each of the three was set back. */
    privs->is_dropped = 0;
    forget_groups(privs);
    return 0;
}

/* Put the groups of the process into the caller's room, or into room of our own if it is small. */
static int save_groups(pam_handle_t *pamh, struct pam_modutil_privs *privs)
{
    int count = getgroups(0, NULL);

    if (count < 0) {
        pam_syslog(pamh, LOG_ERR, "pam_modutil_drop_priv: getgroups failed: %m");
        return -1;
    }
    privs->allocated = 0;
    if (count > privs->number_of_groups) {
        privs->grplist = calloc((size_t)count, sizeof(gid_t));
        if (privs->grplist == NULL) {
            pam_syslog(pamh, LOG_CRIT, "out of memory");
            forget_groups(privs);
            return -1;
        }
        privs->allocated = 1;
        privs->number_of_groups = count;
    }
    count = getgroups(privs->number_of_groups, privs->grplist);
    if (count < 0) {
        pam_syslog(pamh, LOG_ERR, "pam_modutil_drop_priv: getgroups failed: %m");
        forget_groups(privs);
        return -1;
    }
    privs->number_of_groups = count;
    return 0;
}

/* C: a user whose groups cannot be had goes on with none; that is less, never more. */
static int take_groups(pam_handle_t *pamh, const struct passwd *user)
{
    if (initgroups(user->pw_name, user->pw_gid) == 0)
        return 0;
    pam_syslog(pamh, LOG_WARNING, "pam_modutil_drop_priv: initgroups failed: %m");
    if (setgroups(0, NULL) == 0)
        return 0;
    pam_syslog(pamh, LOG_ERR, "pam_modutil_drop_priv: setgroups failed: %m");
    return -1;
}

/* The kernel reports the id before, never a failure: only asking a second time tells. */
static int change_uid(uid_t uid, uid_t *old)
{
    uid_t before = (uid_t)setfsuid(uid);

    if (old != NULL)
        *old = before;
    return (uid_t)setfsuid(uid) == uid ? 0 : -1;
}

static int change_gid(gid_t gid, gid_t *old)
{
    gid_t before = (gid_t)setfsgid(gid);

    if (old != NULL)
        *old = before;
    return (gid_t)setfsgid(gid) == gid ? 0 : -1;
}

static void forget_groups(struct pam_modutil_privs *privs)
{
    if (privs->allocated) {
        privs->allocated = 0;
        free(privs->grplist);
    }
    privs->grplist = NULL;
    privs->number_of_groups = 0;
}
