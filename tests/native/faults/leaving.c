/* Ways out of a conversation that do not come back: longjmp, cancel, thread exit, process exit. */

/* leaving longjmp ROUNDS | cancel | cancel-module | thread-exit | exit | _exit */

#include "driver.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

static jmp_buf home;
static atomic_bool arrived;

static int jumps(int count, const struct pam_message **messages, struct pam_response **responses,
                 void *data)
{
    (void)count, (void)messages, (void)responses, (void)data;
    longjmp(home, 1);
}

static void play_longjmp(int rounds)
{
    static volatile int left;
    static pam_handle_t *handle;
    struct pam_conv conv = { jumps, NULL };
    for (left = rounds; left > 0; left--) {
        if (setjmp(home) == 0) {
            wants_success(begin("asks", &conv, &handle), "pam_start");
            wants_refusal(pam_authenticate(handle, 0), "a conversation that never answered");
            broken("came back from a conversation that left");
        }
        /* What is left of the handle refuses, and may be ended or forgotten. */
        if (left % 2 == 0)
            pam_end(handle, PAM_ABORT);
        if (left % 500 == 0)
            check_both("asks", "after a jump");
    }
    check_both("asks", "after the jumps");
}

static int waits(int count, const struct pam_message **messages, struct pam_response **responses,
                 void *data)
{
    (void)count, (void)messages, (void)responses, (void)data;
    const struct timespec tick = { 0, 1000000 };
    arrived = 1;
    for (int left = 20000; left > 0; left--)
        nanosleep(&tick, NULL);
    return PAM_CONV_ERR;
}

static int quits(int count, const struct pam_message **messages, struct pam_response **responses,
                 void *data)
{
    (void)count, (void)messages, (void)responses, (void)data;
    pthread_exit(NULL);
}

struct visit { const char *service; conversation *conv; };

static void *visits(void *given)
{
    const struct visit *visit = given;
    struct pam_conv conv = { visit->conv, NULL };
    pam_handle_t *handle;
    wants_success(begin(visit->service, &conv, &handle), "pam_start");
    arrived = visit->conv != waits;
    wants_refusal(pam_authenticate(handle, 0), "a thread that was to end");
    broken("a thread came back that was to end");
}

static void end_thread(struct visit visit, int cancel, int rounds)
{
    while (rounds-- > 0) {
        const struct timespec tick = { 0, 2000000 };
        pthread_t thread;
        arrived = 0;
        pthread_create(&thread, NULL, visits, &visit);
        while (cancel && !arrived)
            nanosleep(&tick, NULL);
        nanosleep(&tick, NULL);
        if (cancel)
            pthread_cancel(thread);
        pthread_join(thread, NULL);
        check_both("asks", "after a thread ended in PAM");
    }
}

static int exits(int count, const struct pam_message **messages, struct pam_response **responses,
                 void *data)
{
    (void)count, (void)messages, (void)responses, (void)data;
    exit(7);
}

static int exits_at_once(int count, const struct pam_message **messages,
                         struct pam_response **responses, void *data)
{
    (void)count, (void)messages, (void)responses, (void)data;
    _exit(7);
}

static void at_end(void)
{
    check_both("asks", "in an exit handler");
}

static void end_process(conversation *conv)
{
    for (int left = 20; left > 0; left--) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            struct pam_conv ending = { conv, NULL };
            alarm(20);
            if (left % 2 == 0)
                check_both("asks", "before the exit");
            if (left % 3 == 0)
                atexit(at_end);
            wants_refusal(transaction("asks", &ending), "a process that was to end");
            _exit(BROKEN);
        }
        waitpid(child, &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == GRANTED)
            granted("a process that was to end");
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 7)
            broken("status %#x, not exit status 7", (unsigned int)status);
    }
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "longjmp") == 0 && argc > 2)
        play_longjmp(atoi(argv[2]));
    else if (strcmp(name, "cancel") == 0)
        end_thread((struct visit){ "asks", waits }, 1, 20);
    else if (strcmp(name, "cancel-module") == 0)
        end_thread((struct visit){ "sleepy", answer }, 1, 20);
    else if (strcmp(name, "thread-exit") == 0)
        end_thread((struct visit){ "asks", quits }, 0, 20);
    else if (strcmp(name, "exit") == 0)
        end_process(exits);
    else if (strcmp(name, "_exit") == 0)
        end_process(exits_at_once);
    else
        return BROKEN;
    return FINE;
}
