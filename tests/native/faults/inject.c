/* System calls that fail: in a new traced child per N, the Nth one fails, alone or with its kind. */

/* inject SERVICE all|memory|files only|from POINTS: prints `total T` and a line for each child
 * that did not refuse. */

#define _GNU_SOURCE
#include "driver.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>

#if !defined(__x86_64__)
#error "say here where this machine keeps the number of a system call"
#endif

#define PATIENCE_S 10

enum kind { ALL, MEMORY, FILES };

static const struct { long call; enum kind kind; int error; } ERRORS[] = {
    { SYS_mmap, MEMORY, ENOMEM },     { SYS_brk, MEMORY, ENOMEM },
    { SYS_mprotect, MEMORY, ENOMEM }, { SYS_mremap, MEMORY, ENOMEM },
    { SYS_openat, FILES, EMFILE },    { SYS_open, FILES, ENFILE },
    { SYS_read, FILES, EIO },         { SYS_pread64, FILES, EIO },
    { SYS_newfstatat, FILES, EACCES }, { SYS_fstat, FILES, EBADF },
    { SYS_lseek, FILES, ESPIPE },     { SYS_getdents64, FILES, EIO },
    { SYS_readlink, FILES, EINVAL },  { SYS_ioctl, FILES, EIO },
    { SYS_getrandom, ALL, ENOSYS },   { SYS_socket, ALL, EMFILE },
    { SYS_clone, ALL, EAGAIN },
};

/* Whose failure ends any program, or is the ending itself. */
static bool is_spared(long call)
{
    return call == SYS_exit_group || call == SYS_exit || call == SYS_rt_sigreturn ||
           call == SYS_futex || call == SYS_wait4 || call == SYS_tgkill || call == SYS_kill;
}

static int error_of(long call, enum kind wanted)
{
    for (size_t at = 0; at < sizeof ERRORS / sizeof *ERRORS; at++)
        if (ERRORS[at].call == call)
            return wanted == ALL || ERRORS[at].kind == wanted ? ERRORS[at].error : 0;
    return wanted == ALL && !is_spared(call) ? EPERM : 0;
}

static volatile sig_atomic_t late;

static void is_late(int number)
{
    (void)number;
    late = 1;
}

/* Runs the child to its end; gives its status and counts the calls of the kind. */
static int trace(pid_t child, enum kind kind, long number, bool only, long *count)
{
    int status = 0;
    bool entering = true;
    int error = 0;
    unsigned long long wanted_end = 0;
    if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status))
        broken("the child did not stop");
    ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
    *count = 0;
    late = 0;
    alarm(PATIENCE_S);
    for (int deliver = 0;;) {
        struct user_regs_struct regs;
        if (late)
            kill(child, SIGKILL);
        ptrace(PTRACE_SYSCALL, child, NULL, deliver);
        deliver = 0;
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            kill(child, SIGKILL);
        if (WIFEXITED(status) || WIFSIGNALED(status))
            break;
        if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
            deliver = WSTOPSIG(status);
            continue;
        }
        if (ptrace(PTRACE_GETREGS, child, NULL, &regs) != 0)
            continue;
        if (entering) {
            error = error_of((long)regs.orig_rax, kind);
            if (error != 0)
                ++*count;
            if (error != 0 && (only ? *count == number : *count >= number)) {
                if (regs.orig_rax == SYS_brk) {
                    wanted_end = regs.rdi;
                    regs.rdi = 0; /* it has no error: it gives the end as it was */
                    if (wanted_end == 0)
                        error = 0;
                } else {
                    regs.orig_rax = (unsigned long long)-1;
                }
                ptrace(PTRACE_SETREGS, child, NULL, &regs);
            } else {
                error = 0;
            }
        } else if (error != 0) {
            if (wanted_end == 0)
                regs.rax = (unsigned long long)-error;
            else
                regs.rdi = wanted_end;
            wanted_end = 0;
            ptrace(PTRACE_SETREGS, child, NULL, &regs);
        }
        entering = !entering;
    }
    alarm(0);
    return status;
}

static int play(const char *service, enum kind kind, long number, bool only, long *count)
{
    pid_t child = fork();
    if (child < 0)
        broken("cannot fork");
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        _exit(CODE_BASE + with_password(service, "wrong"));
    }
    return trace(child, kind, number, only, count);
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_handler = is_late };
    bool grants = false;
    bool breaks = false;
    long total;
    if (argc < 5)
        return BROKEN;
    sigaction(SIGALRM, &action, NULL);
    enum kind kind = argv[2][0] == 'm' ? MEMORY : argv[2][0] == 'f' ? FILES : ALL;
    bool only = strcmp(argv[3], "only") == 0;
    int calm = play(argv[1], kind, LONG_MAX, only, &total);
    if (!WIFEXITED(calm) || WEXITSTATUS(calm) < CODE_BASE)
        broken("with no failure: status %#x", (unsigned int)calm);
    if (WEXITSTATUS(calm) == CODE_BASE)
        granted("with no failure");
    long points = atol(argv[4]);
    long step = points == 0 || total <= points ? 1 : total / points;
    printf("total %ld step %ld\n", total, step);
    fflush(stdout);
    for (long number = 1; number <= total; number += step) {
        long count;
        int status = play(argv[1], kind, number, only, &count);
        bool grant = WIFEXITED(status) &&
                     (WEXITSTATUS(status) == CODE_BASE || WEXITSTATUS(status) == GRANTED);
        if (WIFSIGNALED(status))
            printf(WTERMSIG(status) == SIGKILL ? "hung (%d) at %ld\n" : "signal %d at %ld\n",
                   WTERMSIG(status), number);
        else if (grant)
            printf("granted at %ld\n", number);
        else if (WEXITSTATUS(status) < CODE_BASE)
            printf("ended with %d at %ld\n", WEXITSTATUS(status), number);
        else
            continue;
        fflush(stdout);
        grants = grants || grant;
        breaks = true;
    }
    return grants ? GRANTED : breaks ? BROKEN : FINE;
}
