/* Many threads, each with its transactions; conversations that overlap; a handle that moves. */

/* threads hammer THREADS ROUNDS | overlap | handover */

#include "driver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static int rounds;
static atomic_int waiting;
static pthread_barrier_t start;

static void *hammer(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&start);
    for (int left = rounds; left > 0; left--) {
        check_both("asks", "in a thread");
        wants_refusal(with_password("deny", "right"), "pam_deny in a thread");
    }
    return NULL;
}

static int sleeps(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *password)
{
    struct timespec left = { 0, 300000000 };
    waiting++;
    nanosleep(&left, NULL);
    return answer(count, messages, responses, password);
}

static void *sleeper(void *password)
{
    struct pam_conv conv = { sleeps, password };
    pthread_barrier_wait(&start);
    int code = transaction("asks", &conv);
    if ((code == PAM_SUCCESS) != (strcmp(password, "right") == 0))
        wants_refusal(code == PAM_SUCCESS ? code : 1, "a wrong password, in parallel");
    if (code != PAM_SUCCESS && strcmp(password, "right") == 0)
        broken("a right password refused with %d, in parallel", code);
    return NULL;
}

static long elapsed_ms(const struct timespec *since)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since->tv_sec) * 1000 + (now.tv_nsec - since->tv_nsec) / 1000000;
}

static void overlap(void)
{
    char right[] = "right";
    char wrong[] = "wrong";
    pthread_t threads[4];
    struct timespec since;
    check_both("asks", "before the threads");
    pthread_barrier_init(&start, NULL, 4);
    clock_gettime(CLOCK_MONOTONIC, &since);
    for (int at = 0; at < 4; at++)
        pthread_create(&threads[at], NULL, sleeper, at % 2 ? right : wrong);
    for (int at = 0; at < 4; at++)
        pthread_join(threads[at], NULL);
    long took = elapsed_ms(&since);
    if (waiting != 4)
        broken("%d conversations, not 4", waiting);
    /* One after the other it would be 1200. */
    if (took >= 900)
        broken("4 conversations of 300 ms took %ld ms", took);
}

static pam_handle_t *made;
static char made_password[] = "right";

static void *make(void *unused)
{
    struct pam_conv conv = { answer, made_password };
    (void)unused;
    wants_success(begin("asks", &conv, &made), "pam_start in a thread that ends");
    return NULL;
}

static void *use(void *unused)
{
    (void)unused;
    wants_success(pam_authenticate(made, 0), "a handle made in another thread");
    return NULL;
}

static void in_thread(void *(*what)(void *))
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, what, NULL) != 0)
        broken("no thread");
    pthread_join(thread, NULL);
}

static void handover(void)
{
    for (int left = 50; left > 0; left--) {
        memcpy(made_password, "right", 5);
        in_thread(make);
        in_thread(use);
        memcpy(made_password, "wrong", 5);
        wants_refusal(pam_authenticate(made, 0), "a wrong password on a handle that moved");
        wants_success(pam_end(made, 0), "pam_end in the main thread");
    }
}

int main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "hammer") == 0) {
        pthread_t threads[64];
        int count = atoi(argv[2]);
        rounds = atoi(argv[3]);
        if (count < 1 || count > 64)
            return BROKEN;
        pthread_barrier_init(&start, NULL, (unsigned int)count);
        for (int at = 0; at < count; at++)
            pthread_create(&threads[at], NULL, hammer, NULL);
        for (int at = 0; at < count; at++)
            pthread_join(threads[at], NULL);
        return FINE;
    }
    if (argc > 1 && strcmp(argv[1], "overlap") == 0)
        return overlap(), FINE;
    if (argc > 1 && strcmp(argv[1], "handover") == 0)
        return handover(), FINE;
    return BROKEN;
}
