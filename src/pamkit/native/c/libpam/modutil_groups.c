/* Is a user in a group, by name or number: `pam_modutil_user_in_group_*`; 1 for yes, else 0. */

#include "modutil.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* C: a user's groups are looked through if there are not more than the kernel allows a process. */
enum { FIRST_GROUPS = 100, MOST_GROUPS = 65536 };

static int is_in(const struct passwd *user, const struct group *group);

int pam_modutil_user_in_group_nam_nam(pam_handle_t *pamh, const char *user, const char *group)
{
    const struct passwd *found = pam_modutil_getpwnam(pamh, user);
    return is_in(found, pam_modutil_getgrnam(pamh, group));
}

int pam_modutil_user_in_group_nam_gid(pam_handle_t *pamh, const char *user, gid_t group)
{
    const struct passwd *found = pam_modutil_getpwnam(pamh, user);
    return is_in(found, pam_modutil_getgrgid(pamh, group));
}

int pam_modutil_user_in_group_uid_nam(pam_handle_t *pamh, uid_t user, const char *group)
{
    const struct passwd *found = pam_modutil_getpwuid(pamh, user);
    return is_in(found, pam_modutil_getgrnam(pamh, group));
}

int pam_modutil_user_in_group_uid_gid(pam_handle_t *pamh, uid_t user, gid_t group)
{
    const struct passwd *found = pam_modutil_getpwuid(pamh, user);
    return is_in(found, pam_modutil_getgrgid(pamh, group));
}

static int is_listed(const struct group *group, const char *name);
static int is_in_his_list(const struct passwd *user, gid_t wanted);

static int is_in(const struct passwd *user, const struct group *group)
{
    if (user == NULL || group == NULL)
        return 0;
    /* Yes: it is the primary group, or it names the user, or the user's list of groups has it. */
    return user->pw_gid == group->gr_gid || is_listed(group, user->pw_name) ||
           is_in_his_list(user, group->gr_gid);
}

static int is_listed(const struct group *group, const char *name)
{
    if (group->gr_mem == NULL)
        return 0;
    for (char *const *member = group->gr_mem; *member != NULL; member++)
        if (strcmp(name, *member) == 0)
            return 1;
    return 0;
}

static int is_in_his_list(const struct passwd *user, gid_t wanted)
{
    int room = FIRST_GROUPS;

    while (room > 0 && room <= MOST_GROUPS) {
        int count = room;
        int is_member = 0;
        gid_t *groups = calloc((size_t)room, sizeof(*groups));

        if (groups == NULL)
            return 0;
        int complete = getgrouplist(user->pw_name, user->pw_gid, groups, &count) >= 0;
        for (int i = 0; complete && i < count; i++)
            is_member |= groups[i] == wanted;
        free(groups);
        if (complete || count == room)
            return is_member;
        room = count;
    }
    return 0;
}
