/* An agent as a process: started with two pipes and nothing of the client's, and waited for. */

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

/* The two ends of a pipe. */
struct ends {
    int reader;
    int writer;
};

static bool open_pipe(struct ends *ends);
static bool move_above_standard(int *descriptor);
static void close_pipe(const struct ends *ends);
static void become_agent(const struct ends *to, const struct ends *from, const char *program)
    __attribute__((__noreturn__));
static void close_others(void);

/*
 * C: a program that cannot be executed is found out in the first conversation.  The agent has the
 * client's rights: a privileged program has to give up its own before.
 */
bool agent_start(struct agent *agent, const char *program)
{
    struct ends to;
    struct ends from;

    if (!open_pipe(&to))
        return false;
    if (!open_pipe(&from)) {
        close_pipe(&to);
        return false;
    }
    agent->process = fork();
    if (agent->process == 0)
        become_agent(&to, &from, program);
    if (agent->process == -1) {
        close_pipe(&to);
        close_pipe(&from);
        return false;
    }
    close(to.reader);
    close(from.writer);
    agent->to_agent = to.writer;
    agent->from_agent = from.reader;
    return true;
}

bool agent_stop(struct agent *agent)
{
    int status = 0;
    pid_t ended;

    /* The end of its input tells an agent to go. */
    close(agent->to_agent);
    close(agent->from_agent);
    do
        ended = waitpid(agent->process, &status, 0);
    while (ended == -1 && errno == EINTR);
    return ended == agent->process && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool open_pipe(struct ends *ends)
{
    int pair[2];

    if (pipe2(pair, O_CLOEXEC) != 0)
        return false;
    ends->reader = pair[0];
    ends->writer = pair[1];
    if (move_above_standard(&ends->reader) && move_above_standard(&ends->writer))
        return true;
    close_pipe(ends);
    return false;
}

/* In a client without stdin, a pipe would sit where the agent's own stdin or stdout goes. */
static bool move_above_standard(int *descriptor)
{
    int moved;

    if (*descriptor > STDERR_FILENO)
        return true;
    moved = fcntl(*descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (moved == -1)
        return false;
    close(*descriptor);
    *descriptor = moved;
    return true;
}

static void close_pipe(const struct ends *ends)
{
    close(ends->reader);
    close(ends->writer);
}

/* Only what is safe after a fork in a program with threads. */
static void become_agent(const struct ends *to, const struct ends *from, const char *program)
{
    static char title[] = "pam-agent";
    char *const arguments[] = {title, NULL};
    char *const environment[] = {NULL};

    if (dup2(to->reader, STDIN_FILENO) == -1 || dup2(from->writer, STDOUT_FILENO) == -1)
        _exit(1);
    close_others();
    execve(program, arguments, environment);
    _exit(1);
}

static void close_others(void)
{
    unsigned int first = STDERR_FILENO + 1;
    struct rlimit limit;

#ifdef SYS_close_range
    if (syscall(SYS_close_range, first, ~0U, 0U) == 0)
        return;
#endif
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        _exit(1);
    for (rlim_t descriptor = first; descriptor < limit.rlim_cur; descriptor++)
        close((int)descriptor);
}
