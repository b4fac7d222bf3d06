/* Forks at every point of a transaction; both sides go on, and both get the right verdicts. */

/* forks points | inside | crowd COUNT | hammered COUNT | spawns | orphans */

#define _GNU_SOURCE
#include "driver.h"

#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

#define PATIENCE_S 20

static char password[] = "right";

/* A child that hangs ends by this alarm, and so is told from one that was refused. */
static pid_t split(void)
{
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        broken("cannot fork");
    if (child == 0)
        alarm(PATIENCE_S);
    return child;
}

static int status_of(pid_t child)
{
    int status;
    if (waitpid(child, &status, 0) != child)
        broken("no child to wait for");
    return status;
}

static void wants_fine(pid_t child, const char *where)
{
    int status = status_of(child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == GRANTED)
        granted(where);
    if (status != 0)
        broken("child ended with status %#x: %s", (unsigned int)status, where);
}

/* Plays a transaction and forks before step `at`; the child goes on to the end, then the parent. */
static void fork_at(int at, const char *word)
{
    struct pam_conv conv = { answer, password };
    pam_handle_t *handle = NULL;
    pid_t child = 1;
    int code = PAM_SYSTEM_ERR;
    strcpy(password, word);
    for (int step = 0; step < 6; step++) {
        if (step == at) {
            child = split();
            if (child != 0)
                wants_fine(child, "forked between calls");
        }
        switch (step) {
        case 0: wants_success(begin("asks", &conv, &handle), "pam_start"); break;
        case 1: code = pam_authenticate(handle, 0); break;
        case 2: wants_success(pam_acct_mgmt(handle, 0), "pam_acct_mgmt"); break;
        case 3: wants_success(pam_open_session(handle, 0), "pam_open_session"); break;
        case 4: wants_success(pam_close_session(handle, 0), "pam_close_session"); break;
        case 5: wants_success(pam_end(handle, code), "pam_end"); break;
        }
    }
    if ((code == PAM_SUCCESS) != (strcmp(word, "right") == 0)) {
        wants_refusal(code, "a wrong password around a fork");
        broken("refused with %d around a fork", code);
    }
    check_both("asks", "after a fork");
    if (child == 0)
        _exit(FINE);
}

static void points(void)
{
    for (int at = 0; at < 6; at++) {
        fork_at(at, "right");
        fork_at(at, "wrong");
    }
}

static pid_t inner;

/* Both sides return from the conversation and finish the transaction. */
static int divides(int count, const struct pam_message **messages, struct pam_response **responses,
                   void *word)
{
    inner = split();
    if (inner != 0)
        wants_fine(inner, "forked in a conversation");
    return answer(count, messages, responses, word);
}

static void inside(void)
{
    char right[] = "right";
    char wrong[] = "wrong";
    for (int left = 20; left > 0; left--) {
        struct pam_conv conv = { divides, left % 2 ? right : wrong };
        int code = transaction("asks", &conv);
        if ((code == PAM_SUCCESS) != (left % 2)) {
            wants_refusal(code, "a wrong password around a fork in a conversation");
            broken("refused with %d around a fork in a conversation", code);
        }
        check_both("asks", "after a fork in a conversation");
        if (inner == 0)
            _exit(FINE);
    }
}

static void crowd(int count)
{
    struct pam_conv conv = { answer, password };
    pam_handle_t *handle;
    pid_t children[16];
    strcpy(password, "right");
    wants_success(begin("asks", &conv, &handle), "pam_start");
    for (int done = 0; done < count; done += 16) {
        for (int at = 0; at < 16; at++) {
            children[at] = split();
            if (children[at] == 0) {
                wants_success(pam_authenticate(handle, 0), "a handle from before the fork");
                strcpy(password, "wrong");
                wants_refusal(pam_authenticate(handle, 0), "a handle from before the fork");
                wants_success(pam_end(handle, 0), "pam_end of it");
                _exit(FINE);
            }
        }
        for (int at = 0; at < 16; at++)
            wants_fine(children[at], "one of a crowd");
    }
    wants_success(pam_authenticate(handle, 0), "the parent's handle");
    wants_success(pam_end(handle, 0), "pam_end");
}

static atomic_bool done;

static void *hammer(void *unused)
{
    (void)unused;
    while (!done)
        check_both("asks", "in a thread beside forks");
    return NULL;
}

/* Prints how many children hung or died: with threads about, even stock loses a few. */
static void hammered(int count)
{
    pthread_t threads[4];
    int bad = 0;
    check_both("asks", "before the threads");
    for (int at = 0; at < 4; at++)
        pthread_create(&threads[at], NULL, hammer, NULL);
    for (int left = count; left > 0; left--) {
        pid_t child = split();
        if (child == 0) {
            alarm(3);
            check_both("asks", "in a child of many threads");
            _exit(FINE);
        }
        int status = status_of(child);
        if (WIFEXITED(status) && WEXITSTATUS(status) == GRANTED)
            granted("in a child of many threads");
        bad += status != 0;
    }
    done = 1;
    for (int at = 0; at < 4; at++)
        pthread_join(threads[at], NULL);
    printf("bad %d\n", bad);
}

static int spawns_all(int count, const struct pam_message **messages,
                      struct pam_response **responses, void *word)
{
    char *command[] = { "true", NULL };
    pid_t child;
    if (system("true") != 0)
        broken("system in a conversation");
    if (posix_spawn(&child, "/bin/true", NULL, NULL, command, environ) != 0)
        broken("posix_spawn in a conversation");
    wants_fine(child, "posix_spawn");
    child = vfork();
    if (child == 0) {
        execv("/bin/true", command);
        _exit(127);
    }
    wants_fine(child, "vfork");
    child = split();
    if (child == 0) {
        execv("/bin/true", command);
        _exit(127);
    }
    wants_fine(child, "fork and exec");
    return answer(count, messages, responses, word);
}

static void spawns(void)
{
    char right[] = "right";
    char wrong[] = "wrong";
    struct pam_conv conv = { spawns_all, right };
    for (int left = 10; left > 0; left--)
        wants_success(transaction("asks", &conv), "with processes in the conversation");
    conv.appdata_ptr = wrong;
    wants_refusal(transaction("asks", &conv), "with processes in the conversation");
}

static pthread_t older;

static void *younger(void *unused)
{
    (void)unused;
    pthread_join(older, NULL);
    check_both("asks", "after the thread that was forked has ended");
    _exit(FINE);
}

/* The child has one thread; that one starts another, and ends before the other comes to PAM. */
static void *forks_and_ends(void *unused)
{
    pthread_t thread;
    check_both("asks", "in a thread");
    older = pthread_self();
    pid_t child = split();
    if (child != 0) {
        wants_fine(child, "a child without its first thread");
        return unused;
    }
    if (pthread_create(&thread, NULL, younger, NULL) != 0)
        broken("no thread");
    pthread_exit(NULL);
}

static void orphans(void)
{
    pthread_t thread;
    for (int left = 10; left > 0; left--) {
        if (left % 2 == 0)
            check_both("asks", "in the first thread");
        pthread_create(&thread, NULL, forks_and_ends, NULL);
        pthread_join(thread, NULL);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return BROKEN;
    int count = argc > 2 ? atoi(argv[2]) : 1;
    switch (argv[1][0]) {
    case 'p': points(); break;
    case 'i': inside(); break;
    case 'c': crowd(count); break;
    case 'h': hammered(count); break;
    case 's': spawns(); break;
    case 'o': orphans(); break;
    default: return BROKEN;
    }
    return FINE;
}
