/* A C library that fails on demand, laid over the real one: ids, descriptors, accounts, the log. */

#define _GNU_SOURCE 1
#include "world.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <shadow.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

static struct {
    char call[32];
    int nth;
    int error;
} failure;

static struct {
    int is_pretended;
    uid_t euid;
    uid_t fsuid;
    gid_t fsgid;
    int count;
    gid_t groups[4096];
} ids;

static const char *plan = "";
static int has_interrupted;

void world_fail(const char *call, int nth, int error)
{
    snprintf(failure.call, sizeof(failure.call), "%s", call);
    failure.nth = nth;
    failure.error = error;
}

void world_be(unsigned euid, int groups)
{
    memset(&ids, 0, sizeof(ids));
    ids.is_pretended = 1;
    ids.euid = ids.fsuid = euid;
    ids.count = groups;
    for (int i = 0; i < groups; i++)
        ids.groups[i] = (gid_t)(7000 + i);
}

void world_plan(const char *wanted)
{
    plan = wanted;
}

static int fails(const char *call)
{
    if (strcmp(call, failure.call) != 0 || failure.nth == 0 || --failure.nth > 0)
        return 0;
    errno = failure.error;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* --- ids ------------------------------------------------------------------------------------- */

uid_t geteuid(void)
{
    return ids.is_pretended ? ids.euid : REAL(geteuid)();
}

int getgroups(int room, gid_t *groups)
{
    if (!ids.is_pretended)
        return REAL(getgroups)(room, groups);
    printf("  getgroups %d\n", room);
    if (fails("getgroups"))
        return -1;
    if (room == 0)
        return ids.count;
    if (room < ids.count) {
        errno = EINVAL;
        return -1;
    }
    memcpy(groups, ids.groups, (size_t)ids.count * sizeof(gid_t));
    return ids.count;
}

int setgroups(size_t count, const gid_t *groups)
{
    if (!ids.is_pretended)
        return REAL(setgroups)(count, groups);
    printf("  setgroups %zu %u\n", count, count ? groups[count - 1] : 0);
    if (fails("setgroups"))
        return -1;
    ids.count = (int)count;
    if (count > 0)
        memcpy(ids.groups, groups, count * sizeof(gid_t));
    return 0;
}

int initgroups(const char *user, gid_t group)
{
    if (!ids.is_pretended)
        return REAL(initgroups)(user, group);
    printf("  initgroups %s %u\n", user, group);
    if (fails("initgroups"))
        return -1;
    ids.count = 1;
    ids.groups[0] = group;
    return 0;
}

int setfsuid(uid_t uid)
{
    uid_t before = ids.fsuid;

    if (!ids.is_pretended)
        return REAL(setfsuid)(uid);
    printf("  setfsuid %u\n", uid);
    if (!fails("setfsuid"))
        ids.fsuid = uid;
    return (int)before;
}

int setfsgid(gid_t gid)
{
    gid_t before = ids.fsgid;

    if (!ids.is_pretended)
        return REAL(setfsgid)(gid);
    printf("  setfsgid %u\n", gid);
    if (!fails("setfsgid"))
        ids.fsgid = gid;
    return (int)before;
}

/* --- descriptors ----------------------------------------------------------------------------- */

static ssize_t planned(size_t count)
{
    char *end;
    int is_error = *plan == 'e';
    long step = strtol(plan + is_error, &end, 10);

    plan = *end == ',' ? end + 1 : end;
    if (is_error) {
        errno = (int)step;
        return -1;
    }
    return step > (long)count ? (ssize_t)count : step;
}

ssize_t read(int fd, void *buffer, size_t count)
{
    if (fd != PLANNED_FD)
        return syscall(SYS_read, fd, buffer, count);
    printf("  read %zu\n", count);
    ssize_t moved = planned(count);
    if (moved > 0)
        memset(buffer, 'a' + (int)moved, (size_t)moved);
    return moved;
}

ssize_t write(int fd, const void *buffer, size_t count)
{
    if (fd != PLANNED_FD)
        return syscall(SYS_write, fd, buffer, count);
    printf("  write %.*s\n", (int)count, (const char *)buffer);
    return planned(count);
}

int pipe(int ends[2])
{
    return fails("pipe") ? -1 : REAL(pipe)(ends);
}

int dup2(int from, int to)
{
    return fails("dup2") ? -1 : REAL(dup2)(from, to);
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;

    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list rest;
        va_start(rest, flags);
        mode = va_arg(rest, mode_t);
        va_end(rest);
    }
    return fails("open") ? -1 : REAL(open)(path, flags, mode);
}

int close_range(unsigned first, unsigned last, int flags)
{
    return fails("close_range") ? -1 : REAL(close_range)(first, last, flags);
}

/* --- accounts: `fake-<what>` is answered here ------------------------------------------------- */

static char *put(char **free_text, const char *text)
{
    char *start = *free_text;
    *free_text = stpcpy(start, text) + 1;
    return start;
}

/* Where the secret of `fake-secret` lies, for whoever wants to know what becomes of it. */
const char *world_secret;

int getpwnam_r(const char *name, struct passwd *into, char *text, size_t room,
               struct passwd **found)
{
    static const char in_read_only_memory[] = "x";

    if (strncmp(name, "fake-", 5) != 0)
        return REAL(getpwnam_r)(name, into, text, room, found);
    printf("  getpwnam_r %zu\n", room);
    *found = NULL;
    if (strcmp(name, "fake-broken") == 0)
        return errno = EIO;
    if (strcmp(name, "fake-interrupted") == 0 && !has_interrupted++)
        return errno = EINTR;
    into->pw_name = put(&text, name);
    into->pw_passwd = (char *)(size_t)in_read_only_memory;
    if (strcmp(name, "fake-constant") != 0)
        into->pw_passwd = put(&text, "x");
    into->pw_uid = 4294967294;
    into->pw_gid = 4200;
    into->pw_gecos = into->pw_dir = into->pw_shell = put(&text, "");
    *found = into;
    return 0;
}

int getgrnam_r(const char *name, struct group *into, char *text, size_t room,
               struct group **found)
{
    static char *nobody[] = {NULL};

    if (strncmp(name, "fake-", 5) != 0)
        return REAL(getgrnam_r)(name, into, text, room, found);
    printf("  getgrnam_r %zu\n", room);
    *found = NULL;
    if (room < strtoul(name + 5, NULL, 10))
        return errno = ERANGE;
    into->gr_name = put(&text, name);
    into->gr_passwd = put(&text, "x");
    into->gr_gid = 4294967294;
    into->gr_mem = nobody;
    *found = into;
    return 0;
}

/* `fake-in-<n>` is in that many groups; the last of them is that of all fake groups. */
int getgrouplist(const char *user, gid_t primary, gid_t *groups, int *count)
{
    int there = 0;
    int room = *count;

    if (sscanf(user, "fake-in-%d", &there) != 1)
        return REAL(getgrouplist)(user, primary, groups, count);
    *count = there;
    if (room < there)
        return -1;
    for (int i = 0; i < there; i++)
        groups[i] = i == there - 1 ? 4294967294 : primary;
    return there;
}

int getspnam_r(const char *name, struct spwd *into, char *text, size_t room, struct spwd **found)
{
    if (strncmp(name, "fake-", 5) != 0)
        return REAL(getspnam_r)(name, into, text, room, found);
    printf("  getspnam_r %zu\n", room);
    memset(into, 0, sizeof(*into));
    into->sp_namp = put(&text, name);
    into->sp_pwdp = put(&text, "$y$secret");
    world_secret = into->sp_pwdp;
    *found = into;
    if (room > 0x400)
        return 0;
    /* A first attempt that fails has seen the secret too. */
    *found = NULL;
    return errno = ERANGE;
}

/* --- who logged in --------------------------------------------------------------------------- */

static const char *login_name;

void world_log_in(const char *name)
{
    login_name = name;
}

int getlogin_r(char *name, size_t room)
{
    if (login_name == NULL)
        return REAL(getlogin_r)(name, room);
    printf("  getlogin_r\n");
    if (*login_name == '\0')
        return errno = ENXIO;
    if (strlen(login_name) >= room)
        return errno = ERANGE;
    strcpy(name, login_name);
    return 0;
}

/* --- the log --------------------------------------------------------------------------------- */

void vsyslog(int priority, const char *format, va_list arguments)
{
    printf("  log %d ", LOG_PRI(priority));
    vprintf(format, arguments);
    printf("\n");
}

void syslog(int priority, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsyslog(priority, format, arguments);
    va_end(arguments);
}

void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments);
void __vsyslog_chk(int priority, int flag, const char *format, va_list arguments)
{
    (void)flag;
    vsyslog(priority, format, arguments);
}

void __syslog_chk(int priority, int flag, const char *format, ...);
void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list arguments;

    (void)flag;
    va_start(arguments, format);
    vsyslog(priority, format, arguments);
    va_end(arguments);
}
