/* Signals while PAM works: a timer that fires all the time, kills from outside, lost children. */

/* signals timer|kills|childless|inside: the program's own handlers run, and no verdict turns. */

#define _GNU_SOURCE
#include "driver.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

enum { ROUNDS = 60 };

static _Atomic long caught;
static atomic_bool done;
static pthread_t main_thread;

static void catches(int number)
{
    (void)number;
    int kept = errno;
    if (pthread_equal(pthread_self(), main_thread))
        caught++;
    errno = kept;
}

static void catch(int number)
{
    /* No SA_RESTART: every slow call is cut short. */
    struct sigaction action = { .sa_handler = catches };
    main_thread = pthread_self();
    sigaction(number, &action, NULL);
}

static void all_is_well(void)
{
    for (int left = ROUNDS; left > 0; left--) {
        check_both("asks", "between signals");
        wants_refusal(with_password("deny", "right"), "pam_deny between signals");
        if (left % 10 == 0)
            wants_refusal(with_password("unix", "wrong"), "pam_unix between signals");
    }
}

static void timer(void)
{
    struct itimerval often = { { 0, 300 }, { 0, 300 } };
    catch(SIGALRM);
    setitimer(ITIMER_REAL, &often, NULL);
    all_is_well();
    memset(&often, 0, sizeof often);
    setitimer(ITIMER_REAL, &often, NULL);
    if (caught == 0)
        broken("no signal came");
}

static void *kill_it(void *unused)
{
    (void)unused;
    const struct timespec tick = { 0, 100000 };
    while (!done) {
        pthread_kill(main_thread, SIGUSR1);
        pthread_kill(main_thread, SIGINT);
        nanosleep(&tick, NULL);
    }
    return NULL;
}

static void kills(void)
{
    pthread_t killer;
    catch(SIGUSR1);
    catch(SIGINT);
    pthread_create(&killer, NULL, kill_it, NULL);
    all_is_well();
    done = 1;
    pthread_join(killer, NULL);
    if (caught == 0)
        broken("no signal came");
}

/* With SIGCHLD ignored, wait() finds no child: a helper's answer is lost, and lost is no. */
static void childless(void)
{
    signal(SIGCHLD, SIG_IGN);
    if (setgid(65534) != 0 || setuid(65534) != 0)
        broken("cannot become nobody");
    for (int left = 3; left > 0; left--) {
        wants_refusal(with_password("unix", "wrong"), "pam_unix without children");
        check_both("asks", "without children");
    }
    if (signal(SIGCHLD, SIG_DFL) != SIG_IGN)
        broken("SIGCHLD is no longer ignored");
}

/* The handler of the program runs at once, in the conversation, not some time later. */
static int raises(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *password)
{
    long seen = caught;
    raise(SIGINT);
    if (caught != seen + 1)
        broken("the handler did not run");
    return answer(count, messages, responses, password);
}

static void inside(void)
{
    char right[] = "right";
    char wrong[] = "wrong";
    struct pam_conv conv = { raises, right };
    catch(SIGINT);
    for (int left = ROUNDS; left > 0; left--)
        wants_success(transaction("asks", &conv), "the right password after a signal");
    conv.appdata_ptr = wrong;
    for (int left = ROUNDS; left > 0; left--)
        wants_refusal(transaction("asks", &conv), "the wrong password after a signal");
    if (caught != (long)2 * ROUNDS)
        broken("%ld signals, not %d", caught, 2 * ROUNDS);
}

int main(int argc, char **argv)
{
    static const struct { const char *name; void (*play)(void); } CASES[] = {
        { "timer", timer }, { "kills", kills }, { "childless", childless }, { "inside", inside },
    };
    for (size_t at = 0; argc > 1 && at < sizeof CASES / sizeof *CASES; at++)
        if (strcmp(argv[1], CASES[at].name) == 0) {
            CASES[at].play();
            return FINE;
        }
    return BROKEN;
}
