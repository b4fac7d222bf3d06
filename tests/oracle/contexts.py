"""A libselinux for the stage: it answers from a case's table, and notes what it is told to set.

It stands before the system's, for C modules, which are linked with that; our stores are told to
load it instead.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Mapping

from pamkit.stores import c_selinux_by_ctypes

Contexts = Mapping[str, str | tuple[str, ...] | int]
"""What is answered by function and texts, `getseuser|alice|login`: texts, or an error's number.

`mls` stands for whether there are levels, `enforce` for a kernel that does not tell whether it
enforces, and `getfilecon|*` for every file that is there.  `rootok|a|b` is a right of the class
`passwd`: who is not in the table has it; texts are what the policy wants recorded of that.
"""

SOURCE = r"""
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static char said[1 << 15], changes[1 << 14];
static int levels;
void pamkit_contexts(const char *table, int has_levels)
{
    snprintf(said, sizeof said, "%s", table);
    changes[0] = 0, levels = has_levels;
}
const char *pamkit_changes(void) { return changes; }
static const char *or_null(const char *text) { return text ? text : "(null)"; }
/* What the table says last of a function and its texts; NULL: nothing. */
static const char *answer(const char *function, const char *one, const char *two)
{
    static __thread char key[8192], value[8192];
    const char *found = NULL;
    snprintf(key, sizeof key, "\036%s%s%s%s%s\035", function, one ? "|" : "", one ? one : "",
             two ? "|" : "", two ? two : "");
    for (const char *at = said; (at = strstr(at, key)) != NULL; at++)
        found = at + strlen(key);
    if (found == NULL)
        return NULL;
    snprintf(value, sizeof value, "%.*s", (int)strcspn(found, "\036"), found);
    return value;
}
static int failed(const char *value)
{
    return value != NULL && value[0] == 'E' ? (errno = atoi(value + 1), 1) : 0;
}
static char *text(const char *value, int at)
{
    if (value[0] != '=')
        return NULL;
    value++;
    while (at-- > 0 && (value = strchr(value, '\037')) != NULL)
        value++;
    return value == NULL ? NULL : strndup(value, strcspn(value, "\037"));
}
static int give(const char *value, char **first)
{
    *first = NULL;
    if (value == NULL)
        return errno = EINVAL, -1;
    if (failed(value))
        return -1;
    *first = text(value, 0);
    return 0;
}
static int change(const char *function, const char *one, const char *two, const char *becomes)
{
    const char *value = answer(function, or_null(one), two);
    size_t used = strlen(changes);
    snprintf(changes + used, sizeof changes - used, "%s|%s%s%s\036", function, or_null(one),
             two ? "|" : "", two ? two : "");
    if (failed(value))
        return -1;
    if (becomes != NULL) {
        const char *now = two != NULL ? two : one;
        used = strlen(said);
        snprintf(said + used, sizeof said - used, "%s%s%s\035%s%s\036", becomes,
                 two ? "|" : "", two ? one : "", now ? "=" : "", now ? now : "");
    }
    return 0;
}
void freecon(char *context) { free(context); }
void freeconary(char **list)
{
    for (char **at = list; at != NULL && *at != NULL; at++)
        free(*at);
    free(list);
}
int is_selinux_mls_enabled(void) { return levels; }
int getseuser(const char *user, const char *service, char **seuser, char **level)
{
    const char *value = answer("getseuser", user, service);
    if (give(value, seuser) != 0)
        return -1;
    *level = text(value, 1);
    return 0;
}
int get_ordered_context_list_with_level(const char *user, const char *level, const char *from,
                                        char ***list)
{
    const char *value = answer("list", user, or_null(level));
    int count = 0;
    (void)from;
    *list = NULL;
    if (value == NULL || failed(value))
        return -1;
    *list = calloc(16, sizeof **list);
    while (count < 15 && ((*list)[count] = text(value, count)) != NULL)
        count++;
    return count;
}
int getcon(char **context) { return give(answer("getcon", NULL, NULL), context); }
int getprevcon_raw(char **context)
{
    return give(answer("getprevcon_raw", NULL, NULL), context);
}
int getexeccon(char **context)
{
    const char *value = answer("getexeccon", NULL, NULL);
    *context = NULL;
    return value == NULL ? 0 : give(value, context);
}
int setexeccon(const char *context) { return change("setexeccon", context, NULL, "getexeccon"); }
int setkeycreatecon(const char *context) { return change("setkeycreatecon", context, NULL, NULL); }
int getfilecon(const char *path, char **context)
{
    const char *value = answer("getfilecon", path, NULL);
    if (value == NULL && access(path, F_OK) != 0)
        return *context = NULL, -1;
    if (give(value == NULL ? answer("getfilecon", "*", NULL) : value, context) != 0)
        return -1;
    return (int)strlen(*context) + 1;
}
int setfilecon(const char *path, const char *context)
{
    return change("setfilecon", path, or_null(context), "getfilecon");
}
int security_check_context(const char *context)
{
    return failed(answer("security_check_context", context, NULL)) ? -1 : 0;
}
union selinux_callback { int (*log)(int type, const char *form, ...); };
static union selinux_callback callback;
union selinux_callback selinux_get_callback(int which)
{
    return which == 0 ? callback : (union selinux_callback){NULL};
}
void selinux_set_callback(int which, union selinux_callback now)
{
    if (which == 0)
        callback = now;
}
/* A right of the class `passwd`: who has it not is named; who has it, as the policy wants it. */
static int right_of(const char *subject, const char *object, const char *right)
{
    const char *value = answer(right, subject, object);
    if (value == NULL)
        return 0;
    if (failed(value)) {
        int code = errno;
        if (callback.log != NULL)
            callback.log(0, "%s %s for %s\n", "denied", right, subject);
        return errno = code, -1;
    }
    for (int at = 0; callback.log != NULL; at++) {
        char *line = text(value, at);
        if (line == NULL)
            break;
        callback.log(at, at % 2 == 0 ? "%s\n" : "%s (line %d of %s)\n", line, at + 1, right);
        free(line);
    }
    return 0;
}
int selinux_check_access(const char *subject, const char *object, const char *kind,
                         const char *right, void *extra)
{
    (void)extra;
    if (strcmp(kind, "passwd") == 0)
        return right_of(subject, object, right);
    if (strcmp(kind, "context") != 0 || strcmp(right, "contains") != 0)
        return errno = EINVAL, -1;
    return failed(answer("selinux_check_access", subject, object)) ? -1 : 0;
}
int get_default_type(const char *role, char **type)
{
    return give(answer("get_default_type", role, NULL), type);
}
unsigned short string_to_security_class(const char *name)
{
    return failed(answer("string_to_security_class", name, NULL)) ? 0 : 11;
}
int security_compute_relabel(const char *subject, const char *object, unsigned short kind,
                             char **context)
{
    (void)subject;
    if (kind != 11)
        return errno = EINVAL, -1;
    return give(answer("security_compute_relabel", object, NULL), context);
}
/* Without a table the library's own answers: pam_sepermit is tried with files that it reads. */
int getseuserbyname(const char *user, char **seuser, char **level)
{
    int (*real)(const char *, char **, char **);
    if (strchr(said, '\035') != NULL)
        return getseuser(user, "probe", seuser, level);
    void *library = dlopen("libselinux.so.1", RTLD_NOW | RTLD_LOCAL);
    *(void **)&real = dlsym(library, "getseuserbyname");
    int result = real(user, seuser, level);
    int code = errno;
    /* It reads its configuration when it is loaded: the next case has another one. */
    dlclose(library);
    errno = code;
    return result;
}
int get_default_context_with_level(const char *user, const char *level, const char *from,
                                   char **context)
{
    (void)from;
    return give(answer("list", user, or_null(level)), context);
}
int security_compute_member(const char *subject, const char *object, unsigned short kind,
                            char **context)
{
    if (kind != 11)
        return errno = EINVAL, -1;
    return give(answer("security_compute_member", subject, object), context);
}
int selinux_trans_to_raw_context(const char *context, char **raw)
{
    const char *value = context == NULL ? NULL : answer("raw", context, NULL);
    *raw = NULL;
    if (context != NULL && value == NULL)
        *raw = strdup(context);
    return value == NULL ? 0 : give(value, raw);
}
"""
"""C that stands before the C library."""


def use_in_stores() -> None:
    """Have our stores load what is loaded before the C library."""
    c_selinux_by_ctypes.LIBRARY = os.environ["LD_PRELOAD"]


def set_up(table: Contexts) -> None:
    """Answer what a case says, and forget what was set."""
    lines = "".join(f"\036{key}\035{_value(said)}" for key, said in table.items() if key != "mls")
    encoded = (lines + "\036").encode("utf-8", "surrogateescape")
    ctypes.CDLL(None).pamkit_contexts(encoded, int("mls" in table))


def changes() -> tuple[str, ...]:
    """Return what was set, in order."""
    library = ctypes.CDLL(None)
    library.pamkit_changes.restype = ctypes.c_char_p
    said: bytes = library.pamkit_changes()
    return tuple(said.decode("utf-8", "surrogateescape").split("\036")[:-1])


def _value(said: str | tuple[str, ...] | int) -> str:
    if isinstance(said, int):
        return f"E{said}"
    return "=" + (said if isinstance(said, str) else "\037".join(said))
