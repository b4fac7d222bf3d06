/* Users, groups and the shadow entries of both, from the C library's name service. */

#include "c_library.h"

#include <errno.h>
#include <grp.h>
#include <gshadow.h>
#include <netdb.h>
#include <pthread.h>
#include <pwd.h>
#include <shadow.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FIRST_SIZE = 1 << 10,
    LAST_SIZE = 1 << 26, /* bytes; a group of a million members still fits */
    FIRST_GROUPS = 64,
    LAST_GROUPS = 1 << 20,
    ABSENT = -1,
};

enum kind {
    USER_BY_NAME,
    USER_BY_NUMBER,
    GROUP_BY_NAME,
    GROUP_BY_NUMBER,
    SHADOW_BY_NAME,
    GROUP_SHADOW_BY_NAME,
};

static const char *const function_names[] = {
    [USER_BY_NAME] = "getpwnam_r",    [USER_BY_NUMBER] = "getpwuid_r",
    [GROUP_BY_NAME] = "getgrnam_r",   [GROUP_BY_NUMBER] = "getgrgid_r",
    [SHADOW_BY_NAME] = "getspnam_r",  [GROUP_SHADOW_BY_NAME] = "getsgnam_r",
};

/* A question and its answer; the texts of the entry lie in the buffer. */
struct look_up {
    enum kind kind;
    const char *name;
    id_t number;
    union {
        struct passwd user;
        struct group group;
        struct spwd shadow;
        struct sgrp group_shadow;
    } entry;
    char *buffer;
    size_t size;
};

static PyObject *answer(struct look_up *asked);
static PyObject *answer_by_name(enum kind kind, PyObject *const *arguments, Py_ssize_t count);
static PyObject *answer_by_number(enum kind kind, PyObject *const *arguments, Py_ssize_t count);

PyObject *c_user_by_name(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    return answer_by_name(USER_BY_NAME, arguments, count);
}

PyObject *c_user_by_number(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    return answer_by_number(USER_BY_NUMBER, arguments, count);
}

PyObject *c_group_by_name(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    return answer_by_name(GROUP_BY_NAME, arguments, count);
}

PyObject *c_group_by_number(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    return answer_by_number(GROUP_BY_NUMBER, arguments, count);
}

PyObject *c_shadow_by_name(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    return answer_by_name(SHADOW_BY_NAME, arguments, count);
}

PyObject *c_group_shadow_by_name(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    return answer_by_name(GROUP_SHADOW_BY_NAME, arguments, count);
}

/* Fills `groups`, which it makes; returns how many, or a negative error. */
static int list_groups(const char *name, gid_t primary, gid_t **groups)
{
    *groups = NULL;
    for (int room = FIRST_GROUPS; room <= LAST_GROUPS;) {
        gid_t *larger = reallocarray(*groups, (size_t)room, sizeof **groups);
        if (larger == NULL)
            return -ENOMEM;
        *groups = larger;
        int count = room;
        if (getgrouplist(name, primary, *groups, &count) >= 0)
            return count;
        room = count > room * 4 ? count : room * 4;
    }
    return -ERANGE;
}

PyObject *c_groups_of(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    id_t primary;
    if (!c_has(count, 2) || !c_id_of(arguments[1], &primary))
        return NULL;
    const char *name = c_text_of(arguments[0]);
    if (name == NULL)
        return NULL;

    gid_t *groups;
    struct outside outside;
    c_leave(&outside);
    int found = list_groups(name, primary, &groups);
    c_enter(&outside);

    PyObject *numbers = found < 0 ? c_failed(-found, "getgrouplist") : PyTuple_New(found);
    for (int at = 0; numbers != NULL && at < found; at++) {
        PyObject *number = PyLong_FromUnsignedLong(groups[at]);
        if (number == NULL)
            Py_CLEAR(numbers);
        else
            PyTuple_SET_ITEM(numbers, at, number);
    }
    free(groups);
    return numbers;
}

/* innetgr(3) is not safe for threads. */
static pthread_mutex_t netgroup_lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t netgroup_process;

PyObject *c_in_netgroup(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    const char *host, *user, *domain;
    if (!c_has(count, 4) || !c_text_or_none(arguments[1], &host)
        || !c_text_or_none(arguments[2], &user) || !c_text_or_none(arguments[3], &domain))
        return NULL;
    const char *netgroup = c_text_of(arguments[0]);
    if (netgroup == NULL)
        return NULL;

    /* Whoever held it when this process was forked is not here to give it back. */
    if (netgroup_process != getpid()) {
        netgroup_process = getpid();
        netgroup_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    }
    struct outside outside;
    c_leave(&outside);
    pthread_mutex_lock(&netgroup_lock);
    int inside = innetgr(netgroup, host, user, domain);
    pthread_mutex_unlock(&netgroup_lock);
    c_enter(&outside);
    return PyBool_FromLong(inside == 1);
}

static int ask(struct look_up *asked, void **found)
{
    char *buffer = asked->buffer;
    size_t size = asked->size;
    switch (asked->kind) {
    case USER_BY_NAME:
        return getpwnam_r(asked->name, &asked->entry.user, buffer, size, (struct passwd **)found);
    case USER_BY_NUMBER:
        return getpwuid_r(asked->number, &asked->entry.user, buffer, size, (struct passwd **)found);
    case GROUP_BY_NAME:
        return getgrnam_r(asked->name, &asked->entry.group, buffer, size, (struct group **)found);
    case GROUP_BY_NUMBER:
        return getgrgid_r(asked->number, &asked->entry.group, buffer, size, (struct group **)found);
    case SHADOW_BY_NAME:
        return getspnam_r(asked->name, &asked->entry.shadow, buffer, size, (struct spwd **)found);
    case GROUP_SHADOW_BY_NAME:
        return getsgnam_r(asked->name, &asked->entry.group_shadow, buffer, size,
                          (struct sgrp **)found);
    }
    return ENOSYS;
}

/* There may be a hash in it. */
static void forget(struct look_up *asked)
{
    if (asked->buffer != NULL)
        explicit_bzero(asked->buffer, asked->size);
    free(asked->buffer);
    asked->buffer = NULL;
}

/* Returns 0 if there is an entry, ABSENT if there is none, else an error of errno(3). */
static int look_up(struct look_up *asked)
{
    for (asked->size = FIRST_SIZE; asked->size <= LAST_SIZE;) {
        asked->buffer = malloc(asked->size);
        if (asked->buffer == NULL)
            return ENOMEM;
        void *found = NULL;
        int code = ask(asked, &found);
        if (code == 0 && found != NULL)
            return 0;
        forget(asked);
        switch (code) {
        case ERANGE:
            asked->size *= 4;
            break;
        case EINTR:
            break;
        /* getpwnam_r(3): all of these may mean that there is no such name. */
        case 0:
        case ENOENT:
        case ESRCH:
        case EBADF:
        case EPERM:
            return ABSENT;
        default:
            return code;
        }
    }
    return ERANGE;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static PyObject *members_of(char *const *listed)
{
    Py_ssize_t count = 0;
    while (listed != NULL && listed[count] != NULL)
        count++;
    PyObject *members = PyTuple_New(count);
    for (Py_ssize_t at = 0; members != NULL && at < count; at++) {
        PyObject *member = PyBytes_FromString(listed[at]);
        if (member == NULL)
            Py_CLEAR(members);
        else
            PyTuple_SET_ITEM(members, at, member);
    }
    return members;
}

static PyObject *user_fields(const struct passwd *user)
{
    return Py_BuildValue("(yyIIyyy)", or_empty(user->pw_name), or_empty(user->pw_passwd),
                         user->pw_uid, user->pw_gid, or_empty(user->pw_gecos),
                         or_empty(user->pw_dir), or_empty(user->pw_shell));
}

static PyObject *group_fields(const struct group *group)
{
    PyObject *members = members_of(group->gr_mem);
    if (members == NULL)
        return NULL;
    return Py_BuildValue("(yIN)", or_empty(group->gr_name), group->gr_gid, members);
}

static PyObject *shadow_fields(const struct spwd *shadow)
{
    return Py_BuildValue("(yyllllll)", or_empty(shadow->sp_namp), or_empty(shadow->sp_pwdp),
                         shadow->sp_lstchg, shadow->sp_min, shadow->sp_max, shadow->sp_warn,
                         shadow->sp_inact, shadow->sp_expire);
}

static PyObject *group_shadow_fields(const struct sgrp *group)
{
    PyObject *administrators = members_of(group->sg_adm);
    if (administrators == NULL)
        return NULL;
    PyObject *members = members_of(group->sg_mem);
    if (members == NULL) {
        Py_DECREF(administrators);
        return NULL;
    }
    return Py_BuildValue("(yyNN)", or_empty(group->sg_namp), or_empty(group->sg_passwd),
                         administrators, members);
}

static PyObject *fields_of(const struct look_up *asked)
{
    switch (asked->kind) {
    case USER_BY_NAME:
    case USER_BY_NUMBER:
        return user_fields(&asked->entry.user);
    case GROUP_BY_NAME:
    case GROUP_BY_NUMBER:
        return group_fields(&asked->entry.group);
    case SHADOW_BY_NAME:
        return shadow_fields(&asked->entry.shadow);
    case GROUP_SHADOW_BY_NAME:
        return group_shadow_fields(&asked->entry.group_shadow);
    }
    return c_failed(ENOSYS, NULL);
}

static PyObject *answer(struct look_up *asked)
{
    struct outside outside;
    c_leave(&outside);
    int code = look_up(asked);
    c_enter(&outside);
    if (code == ABSENT)
        Py_RETURN_NONE;
    if (code == ERANGE)
        return c_failed_because(ERANGE, "the entry is too long");
    if (code != 0)
        return c_failed(code, function_names[asked->kind]);
    PyObject *fields = fields_of(asked);
    forget(asked);
    return fields;
}

static PyObject *answer_by_name(enum kind kind, PyObject *const *arguments, Py_ssize_t count)
{
    struct look_up asked = {.kind = kind};
    if (!c_has(count, 1))
        return NULL;
    asked.name = c_text_of(arguments[0]);
    return asked.name == NULL ? NULL : answer(&asked);
}

static PyObject *answer_by_number(enum kind kind, PyObject *const *arguments, Py_ssize_t count)
{
    struct look_up asked = {.kind = kind};
    if (!c_has(count, 1) || !c_id_of(arguments[0], &asked.number))
        return NULL;
    return answer(&asked);
}
