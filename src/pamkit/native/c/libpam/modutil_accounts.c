/* Accounts by name or id, `pam_modutil_get{pwnam,pwuid,grnam,grgid,spnam}`, kept on the handle. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include "modutil.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <shadow.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* C: bytes offered for the strings of one account: 1 KiB, 16 KiB, 256 KiB, then it is not found. */
enum { FIRST_ROOM = 0x400, LAST_ROOM = 0x40000, ROOM_GROWTH = 16 };

struct account {
    /* C: comes first, so that a caller without a handle may pass the result to free(). */
    union {
        struct passwd user;
        struct group group;
        struct spwd shadow;
    } record;
    size_t size; /* bytes of the whole block */
    char text[];
};

struct query {
    /* `found` points to the record, or is null when nobody is known by that key. */
    int (*look_up)(const struct query *query, struct account *into, size_t room, void **found);
    const char *function;
    const char *name;
    id_t id;
};

static void *find(pam_handle_t *pamh, const struct query *query);
static int look_up_pwnam(const struct query *, struct account *, size_t, void **);
static int look_up_pwuid(const struct query *, struct account *, size_t, void **);
static int look_up_grnam(const struct query *, struct account *, size_t, void **);
static int look_up_grgid(const struct query *, struct account *, size_t, void **);
static int look_up_spnam(const struct query *, struct account *, size_t, void **);

struct passwd *pam_modutil_getpwnam(pam_handle_t *pamh, const char *user)
{
    const struct query query = {look_up_pwnam, "getpwnam", user, 0};
    return user == NULL ? NULL : find(pamh, &query);
}

struct passwd *pam_modutil_getpwuid(pam_handle_t *pamh, uid_t uid)
{
    const struct query query = {look_up_pwuid, "getpwuid", NULL, uid};
    return find(pamh, &query);
}

struct group *pam_modutil_getgrnam(pam_handle_t *pamh, const char *group)
{
    const struct query query = {look_up_grnam, "getgrnam", group, 0};
    return group == NULL ? NULL : find(pamh, &query);
}

struct group *pam_modutil_getgrgid(pam_handle_t *pamh, gid_t gid)
{
    const struct query query = {look_up_grgid, "getgrgid", NULL, gid};
    return find(pamh, &query);
}

struct spwd *pam_modutil_getspnam(pam_handle_t *pamh, const char *user)
{
    const struct query query = {look_up_spnam, "getspnam", user, 0};
    return user == NULL ? NULL : find(pamh, &query);
}

static int keep(pam_handle_t *pamh, const struct query *query, struct account *account);
static void wipe_and_free(struct account *account);

static void *find(pam_handle_t *pamh, const struct query *query)
{
    for (size_t room = FIRST_ROOM; room <= LAST_ROOM; room *= ROOM_GROWTH) {
        void *found = NULL;
        struct account *account = calloc(1, sizeof(*account) + room);

        if (account == NULL)
            return NULL;
        account->size = sizeof(*account) + room;
        errno = 0;
        int error = query->look_up(query, account, room, &found);
        if (error == 0 && found != NULL) {
            /* C: without a handle nobody frees the result but its caller. */
            if (pamh == NULL || keep(pamh, query, account) == PAM_SUCCESS)
                return found;
            wipe_and_free(account);
            return NULL;
        }
        wipe_and_free(account);
        if (error != ERANGE && error != EINTR)
            return NULL;
    }
    return NULL;
}

static int look_up_pwnam(const struct query *query, struct account *into, size_t room, void **found)
{
    struct passwd *user = NULL;
    int error = getpwnam_r(query->name, &into->record.user, into->text, room, &user);
    *found = user;
    return error;
}

static int look_up_pwuid(const struct query *query, struct account *into, size_t room, void **found)
{
    struct passwd *user = NULL;
    int error = getpwuid_r(query->id, &into->record.user, into->text, room, &user);
    *found = user;
    return error;
}

static int look_up_grnam(const struct query *query, struct account *into, size_t room, void **found)
{
    struct group *group = NULL;
    int error = getgrnam_r(query->name, &into->record.group, into->text, room, &group);
    *found = group;
    return error;
}

static int look_up_grgid(const struct query *query, struct account *into, size_t room, void **found)
{
    struct group *group = NULL;
    int error = getgrgid_r(query->id, &into->record.group, into->text, room, &group);
    *found = group;
    return error;
}

static int look_up_spnam(const struct query *query, struct account *into, size_t room, void **found)
{
    struct spwd *shadow = NULL;
    int error = getspnam_r(query->name, &into->record.shadow, into->text, room, &shadow);
    *found = shadow;
    return error;
}

static int data_name(char **name, const struct query *query, int number);
static void discard(pam_handle_t *pamh, void *data, int status);

/* Register the account under the first free number; the handle owns it from then on. */
static int keep(pam_handle_t *pamh, const struct query *query, struct account *account)
{
    for (int number = 0; number < INT_MAX; number++) {
        const void *taken = NULL;
        char *name = NULL;

        if (data_name(&name, query, number) < 0)
            return PAM_BUF_ERR;
        int status = pam_get_data(pamh, name, &taken);
        if (status == PAM_NO_MODULE_DATA) {
            status = pam_set_data(pamh, name, account, discard);
            free(name);
            return status;
        }
        free(name);
        /* DIALECT: C goes on to the last number, for minutes, where a handle takes no data. */
        if (status != PAM_SUCCESS)
            return status;
    }
    return PAM_SYSTEM_ERR;
}

static int data_name(char **name, const struct query *query, int number)
{
    if (query->name != NULL)
        return asprintf(name, "_pammodutil_%s_%s_%d", query->function, query->name, number);
    return asprintf(name, "_pammodutil_%s_%u_%d", query->function, query->id, number);
}

static void discard(pam_handle_t *pamh, void *data, int status)
{
    (void)pamh;
    (void)status;
    if (data != NULL)
        wipe_and_free(data);
}

/*
 * DIALECT: 1.5 wipes nothing, 1.7 the string that the password field points to, which a name
 * service may have put into read-only memory.  We wipe our own block, where a hash is in any case.
 */
static void wipe_and_free(struct account *account)
{
    explicit_bzero(account, account->size);
    free(account);
}
