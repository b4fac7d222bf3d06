/* A module that reads calls from a file, makes them on its handle and prints what comes back. */

#define _GNU_SOURCE 1
/* The headers then do not promise the compiler that no handle is null: some here are. */
#define LIBPAM_COMPILE 1
#include "world.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>
#include <semaphore.h>
#include <shadow.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_WORDS = 8 };

static int call(pam_handle_t *pamh, int count, char **words);

/* --- accounts -------------------------------------------------------------------------------- */

static void print_data_name(pam_handle_t *pamh, const char *function, const char *key,
                            const void *wanted)
{
    for (int n = 0; n < 10; n++) {
        char name[200];
        const void *data = NULL;
        snprintf(name, sizeof(name), "_pammodutil_%s_%s_%d", function, key, n);
        if (pam_get_data(pamh, name, &data) == PAM_SUCCESS && data == wanted)
            printf(" %s", name);
    }
    printf("\n");
}

static void print_user(const struct passwd *user)
{
    if (user == NULL)
        printf("none");
    else
        printf("%s:%s:%u:%u:%s:%s:%s", user->pw_name, user->pw_passwd, user->pw_uid, user->pw_gid,
               user->pw_gecos, user->pw_dir, user->pw_shell);
}

static void print_group(const struct group *group)
{
    if (group == NULL) {
        printf("none");
        return;
    }
    printf("%s:%s:%u:", group->gr_name, group->gr_passwd, group->gr_gid);
    for (char **member = group->gr_mem; *member != NULL; member++)
        printf("%s,", *member);
}

static void print_shadow(const struct spwd *shadow)
{
    if (shadow == NULL)
        printf("none");
    else
        printf("%s:%s:%ld:%ld:%ld:%ld:%ld:%ld", shadow->sp_namp, shadow->sp_pwdp, shadow->sp_lstchg,
               shadow->sp_min, shadow->sp_max, shadow->sp_warn, shadow->sp_inact,
               shadow->sp_expire);
}

static int call_account(pam_handle_t *pamh, const char *function, const char *key)
{
    uint32_t id = (uint32_t)strtoul(key, NULL, 10);
    void *result = NULL;

    if (strcmp(function, "getpwnam") == 0)
        print_user(result = pam_modutil_getpwnam(pamh, key));
    else if (strcmp(function, "getpwuid") == 0)
        print_user(result = pam_modutil_getpwuid(pamh, id));
    else if (strcmp(function, "getgrnam") == 0)
        print_group(result = pam_modutil_getgrnam(pamh, key));
    else if (strcmp(function, "getgrgid") == 0)
        print_group(result = pam_modutil_getgrgid(pamh, id));
    else if (strcmp(function, "getspnam") == 0)
        print_shadow(result = pam_modutil_getspnam(pamh, key));
    else
        return 0;
    if (pamh != NULL && result != NULL)
        print_data_name(pamh, function, key, result);
    else
        printf("\n");
    if (pamh == NULL)
        free(result);
    return 1;
}

static int call_group(pam_handle_t *pamh, const char *function, const char *user, const char *group)
{
    uint32_t uid = (uint32_t)strtoul(user, NULL, 10);
    uint32_t gid = (uint32_t)strtoul(group, NULL, 10);

    if (strcmp(function, "nam_nam") == 0)
        printf("%d\n", pam_modutil_user_in_group_nam_nam(pamh, user, group));
    else if (strcmp(function, "nam_gid") == 0)
        printf("%d\n", pam_modutil_user_in_group_nam_gid(pamh, user, gid));
    else if (strcmp(function, "uid_nam") == 0)
        printf("%d\n", pam_modutil_user_in_group_uid_nam(pamh, uid, group));
    else if (strcmp(function, "uid_gid") == 0)
        printf("%d\n", pam_modutil_user_in_group_uid_gid(pamh, uid, gid));
    else
        return 0;
    return 1;
}

static void call_getlogin(pam_handle_t *pamh)
{
    const void *data = NULL;
    const char *name = pam_modutil_getlogin(pamh);

    printf("%s", name == NULL ? "none" : name);
    if (name != NULL && pam_modutil_getlogin(pamh) != name)
        printf(" asked twice");
    if (pam_get_data(pamh, "_pammodutil_getlogin", &data) == PAM_SUCCESS && data == name)
        printf(" _pammodutil_getlogin");
    printf("\n");
}

/* --- reading and writing --------------------------------------------------------------------- */

static void call_io(int is_read, const char *plan, int count)
{
    char buffer[32] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    world_plan(plan);
    errno = 0;
    int moved = is_read ? pam_modutil_read(PLANNED_FD, buffer, count)
                        : pam_modutil_write(PLANNED_FD, buffer, count);
    printf("%d errno %d", moved, moved < 0 ? errno : 0);
    printf(is_read ? " %s\n" : "\n", buffer);
}

/* --- rights ---------------------------------------------------------------------------------- */

static gid_t room[64];
static struct pam_modutil_privs privs;

static void print_privs(int result)
{
    const char *groups = privs.grplist == room ? "mine" : "other";

    printf("%d mark %x groups %s %d allocated %d old %d %d\n", result, (unsigned)privs.is_dropped,
           privs.grplist == NULL ? "none" : groups, privs.number_of_groups, privs.allocated,
           (int)privs.old_uid, (int)privs.old_gid);
}

static sem_t asked, answered;
static pthread_t other;
static int is_last;

static void print_fs_ids(const char *name)
{
    /* An id that cannot be set: the answer is the id there is. */
    uid_t uid = (uid_t)setfsuid((uid_t)-1);
    printf(" %s %u %u", name, uid, (gid_t)setfsgid((gid_t)-1));
}

static void *print_when_asked(void *unused)
{
    int was_last = 0;

    while (!was_last) {
        sem_wait(&asked);
        was_last = is_last;
        print_fs_ids("other");
        sem_post(&answered);
    }
    return unused;
}

/* Of this thread, and of one that was there before the first call. */
static void call_ids(const char *turn)
{
    gid_t groups[64];
    int count = getgroups(64, groups);

    if (strcmp(turn, "first") == 0) {
        sem_init(&asked, 0, 0);
        sem_init(&answered, 0, 0);
        if (pthread_create(&other, NULL, print_when_asked, NULL) != 0)
            abort();
    }
    is_last = strcmp(turn, "last") == 0;
    print_fs_ids("mine");
    sem_post(&asked);
    sem_wait(&answered);
    if (is_last)
        pthread_join(other, NULL);
    printf(" effective %u %u groups", geteuid(), getegid());
    for (int i = 0; i < count; i++)
        printf(" %u", groups[i]);
    printf("\n");
}

/* --- descriptors of a helper ----------------------------------------------------------------- */

static char describe(int fd)
{
    struct stat status;
    struct stat null;
    char byte;

    if (fstat(fd, &status) != 0)
        return '-';
    if (stat("/dev/null", &null) == 0 && status.st_rdev == null.st_rdev && S_ISCHR(status.st_mode))
        return (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY ? 'n' : '?';
    if (S_ISFIFO(status.st_mode) && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
        return read(fd, &byte, 1) == 0 ? 'p' : '?';
    return 'f';
}

/* In a child: three plain files and some more descriptors, without those in `closed`. */
static void call_sanitize(pam_handle_t *pamh, const char *modes, const char *closed)
{
    char *seen = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;

    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int log = dup(1);
        int file = memfd_create("file", 0);
        int others[] = {5, 9, 63, 200};
        for (int fd = 0; fd < 3; fd++)
            dup3(file, fd, 0);
        for (size_t i = 0; i < 4; i++)
            dup3(file, others[i], 0);
        for (; *closed != '\0'; closed++)
            if (*closed >= '0' && *closed <= '2')
                close(*closed - '0');
        int result = pam_modutil_sanitize_helper_fds(
            pamh, (enum pam_modutil_redirect_fd)(modes[0] - '0'),
            (enum pam_modutil_redirect_fd)(modes[1] - '0'),
            (enum pam_modutil_redirect_fd)(modes[2] - '0'));
        int open_others = 0;
        for (int fd = 3; fd < 256; fd++)
            open_others += fcntl(fd, F_GETFD) >= 0;
        sprintf(seen, "%d %c%c%c %s", result, describe(0), describe(1), describe(2),
                open_others ? "others open" : "others closed");
        dup3(log, 1, 0);
        fflush(stdout);
        _exit(0);
    }
    waitpid(child, &status, 0);
    printf("%s\n", status == 0 ? seen : "died");
    munmap(seen, 4096);
}

/* --- the file of calls ------------------------------------------------------------------------ */

static void decode(char *word)
{
    char *to = word;

    for (; *word != '\0'; word++) {
        unsigned byte;
        if (*word == '%' && sscanf(word + 1, "%2x", &byte) == 1) {
            *to++ = (char)byte;
            word += 2;
        } else {
            *to++ = *word;
        }
    }
    *to = '\0';
}

PAM_EXTERN int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    char *line = NULL;
    size_t size = 0;
    int result = PAM_SUCCESS;

    (void)flags;
    FILE *script = argc == 1 ? fopen(argv[0], "re") : NULL;
    if (script == NULL)
        return PAM_SERVICE_ERR;
    while (getline(&line, &size, script) > 0) {
        char *words[MOST_WORDS] = {"", "", "", "", "", "", "", ""};
        char *rest = line;
        int count = 0;
        line[strcspn(line, "\n")] = '\0';
        printf("> %s\n", line);
        for (char *word; count < MOST_WORDS && (word = strsep(&rest, " ")) != NULL; count++)
            words[count] = word;
        for (int i = 0; i < count; i++)
            decode(words[i]);
        if (!call(pamh, count, words))
            result = PAM_SERVICE_ERR;
        fflush(stdout);
    }
    free(line);
    fclose(script);
    return result;
}

PAM_EXTERN int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)pamh, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}

static int call(pam_handle_t *pamh, int count, char **words)
{
    const char *name = words[0];

    if (strcmp(name, "without-handle") == 0)
        return call(NULL, count - 1, words + 1);
    if (call_account(pamh, name, words[1]) || call_group(pamh, name, words[1], words[2]))
        return 1;
    if (strcmp(name, "getlogin") == 0) {
        world_log_in(count > 1 ? words[1] : NULL);
        call_getlogin(pamh);
        world_log_in(NULL);
    } else if (strcmp(name, "read") == 0 || strcmp(name, "write") == 0) {
        call_io(name[0] == 'r', words[1], atoi(words[2]));
    } else if (strcmp(name, "search") == 0) {
        char *value = pam_modutil_search_key(pamh, words[1], words[2]);
        printf(value == NULL ? "none\n" : "`%s`\n", value);
        free(value);
    } else if (strcmp(name, "check") == 0) {
        const char *file = count > 2 ? words[2] : NULL;
        printf("%d\n", pam_modutil_check_user_in_passwd(pamh, words[1], file));
    } else if (strcmp(name, "be") == 0) {
        world_be((unsigned)atoi(words[1]), atoi(words[2]));
    } else if (strcmp(name, "fail") == 0) {
        world_fail(words[1], atoi(words[2]), atoi(words[3]));
    } else if (strcmp(name, "privs") == 0) {
        privs = (struct pam_modutil_privs){room, atoi(words[1]), 0, (gid_t)-1, (uid_t)-1, 0};
    } else if (strcmp(name, "drop") == 0) {
        struct passwd user = {.pw_name = words[1]};
        user.pw_uid = (uid_t)atoi(words[2]);
        user.pw_gid = (gid_t)atoi(words[3]);
        print_privs(pam_modutil_drop_priv(pamh, &privs, &user));
    } else if (strcmp(name, "regain") == 0) {
        print_privs(pam_modutil_regain_priv(pamh, &privs));
    } else if (strcmp(name, "ids") == 0) {
        call_ids(words[1]);
    } else if (strcmp(name, "sanitize") == 0) {
        call_sanitize(pamh, words[1], words[2]);
    } else {
        printf("no such call\n");
        return 0;
    }
    return 1;
}
