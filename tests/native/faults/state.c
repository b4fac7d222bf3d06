/* What belongs to the program is as it was, in a conversation and after a transaction. */

/* state [closed]: with `closed`, descriptors 0 to 2 are closed first. */

#define _GNU_SOURCE
#include "driver.h"

#include <dirent.h>
#include <fcntl.h>
#include <fenv.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

extern char **environ;

#define FDS 256
#define LIMITS 16
#define TEXT 256

struct state {
    struct sigaction actions[NSIG];
    sigset_t mask;
    stack_t altstack;
    char locale[TEXT];
    char directory[PATH_MAX];
    mode_t umask;
    char open[FDS][TEXT];
    int status_flags[FDS];
    struct rlimit limits[LIMITS];
    struct itimerval timer;
    uid_t users[3];
    gid_t groups[3];
    char name[TEXT];
    long dumpable, no_new_privileges, death_signal, rounding;
    size_t environment;
    int tasks;
};

static struct state before, during, after;
static FILE *report;

static void say(const char *what, const char *when)
{
    fprintf(report, "changed: %s, %s\n", what, when);
    fflush(report);
    _exit(BROKEN);
}

static int count_tasks(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/task");
    if (directory == NULL)
        return -1;
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

/* The words of the environment and their places: setenv by the library would show. */
static size_t hash_environment(void)
{
    size_t hash = (size_t)environ;
    for (char **word = environ; *word != NULL; word++) {
        hash = hash * 31 + (size_t)*word;
        for (const char *at = *word; *at != '\0'; at++)
            hash = hash * 31 + (unsigned char)*at;
    }
    return hash;
}

static void take(struct state *state)
{
    memset(state, 0, sizeof *state);
    for (int number = 1; number < NSIG; number++)
        if (sigaction(number, NULL, &state->actions[number]) != 0)
            memset(&state->actions[number], 0, sizeof state->actions[number]);
    sigprocmask(SIG_SETMASK, NULL, &state->mask);
    sigaltstack(NULL, &state->altstack);
    snprintf(state->locale, TEXT, "%s", setlocale(LC_ALL, NULL));
    if (getcwd(state->directory, PATH_MAX) == NULL)
        state->directory[0] = '\0';
    state->umask = umask(0);
    umask(state->umask);
    for (int fd = 0; fd < FDS; fd++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(path, state->open[fd], TEXT - 1);
        state->open[fd][length < 0 ? 0 : length] = '\0';
        state->status_flags[fd] = fcntl(fd, F_GETFL);
    }
    for (int limit = 0; limit < LIMITS; limit++)
        getrlimit((__rlimit_resource_t)limit, &state->limits[limit]);
    getitimer(ITIMER_REAL, &state->timer);
    getresuid(&state->users[0], &state->users[1], &state->users[2]);
    getresgid(&state->groups[0], &state->groups[1], &state->groups[2]);
    prctl(PR_GET_NAME, state->name);
    state->dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    state->no_new_privileges = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    state->rounding = fegetround();
    state->environment = hash_environment();
    state->tasks = count_tasks();
}

#define SAME(member, what) \
    if (memcmp(&before.member, &now->member, sizeof now->member) != 0) \
        say(what, when)

static void compare(const struct state *now, const char *when, bool descriptors)
{
    for (int number = 1; number < NSIG; number++) {
        const struct sigaction *one = &before.actions[number];
        const struct sigaction *two = &now->actions[number];
        if (one->sa_handler != two->sa_handler || one->sa_flags != two->sa_flags ||
            memcmp(&one->sa_mask, &two->sa_mask, _NSIG / 8) != 0 /* the rest is noise */) {
            fprintf(report, "signal %d: ", number);
            say("signal handler", when);
        }
    }
    SAME(mask, "signal mask");
    SAME(altstack.ss_sp, "alternate stack");
    SAME(altstack.ss_flags, "alternate stack");
    SAME(locale, "locale");
    SAME(directory, "working directory");
    SAME(umask, "umask");
    SAME(limits, "limits");
    SAME(timer, "timer");
    SAME(users, "users");
    SAME(groups, "groups");
    SAME(name, "name of the process");
    SAME(dumpable, "dumpable");
    SAME(no_new_privileges, "no new privileges");
    SAME(rounding, "rounding");
    SAME(environment, "environment");
    SAME(tasks, "threads");
    for (int fd = 0; descriptors && fd < FDS; fd++)
        if (strcmp(before.open[fd], now->open[fd]) != 0 ||
            before.status_flags[fd] != now->status_flags[fd]) {
            fprintf(report, "%d was `%s`, is `%s`: ", fd, before.open[fd], now->open[fd]);
            say("descriptors", when);
        }
}

static void handler(int number)
{
    (void)number;
}

static int looks(int count, const struct pam_message **messages, struct pam_response **responses,
                 void *password)
{
    take(&during);
    compare(&during, "in a conversation", true);
    return answer(count, messages, responses, password);
}

static void look_after(const char *service, char *password, const char *when)
{
    struct pam_conv conv = { looks, password };
    int code = transaction(service, &conv);
    take(&after);
    compare(&after, when, true);
    if ((code == PAM_SUCCESS) != (strcmp(password, "right") == 0))
        say(code == PAM_SUCCESS ? "GRANTED" : "refused", when);
}

static void make_it_special(void)
{
    static char stack[65536];
    stack_t altstack = { .ss_sp = stack, .ss_size = sizeof stack };
    struct sigaction action = { .sa_handler = handler, .sa_flags = SA_ONSTACK };
    sigset_t blocked;
    struct itimerval timer = { { 0, 0 }, { 0, 0 } };
    for (int number = 1; number < NSIG; number += 2)
        sigaction(number, &action, NULL);
    sigaltstack(&altstack, NULL);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR2);
    sigaddset(&blocked, SIGWINCH);
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    umask(0137);
    fesetround(FE_UPWARD);
    setlocale(LC_ALL, "C.UTF-8");
    if (chdir("/usr") != 0)
        broken("no /usr");
}

int main(int argc, char **argv)
{
    /* Out of the way of the standard descriptors, which may be closed. */
    int fd = fcntl(2, F_DUPFD_CLOEXEC, 200);
    report = fd < 0 ? NULL : fdopen(fd, "w");
    if (report == NULL)
        return BROKEN;
    if (argc > 1 && strcmp(argv[1], "closed") == 0)
        for (int standard = 0; standard < 3; standard++)
            close(standard);
    char right[] = "right";
    char wrong[] = "wrong";
    for (int round = 0; round < 2; round++) {
        take(&before);
        for (int again = 0; again < 3; again++) {
            look_after("asks", right, "after a right password");
            look_after("asks", wrong, "after a wrong password");
            look_after("deny", wrong, "after pam_deny");
            look_after("unix", wrong, "after pam_unix");
        }
        make_it_special();
    }
    if (waitpid(-1, NULL, WNOHANG) != -1)
        say("a child is left", "at the end");
    return FINE;
}
