/* Whole logins with a password, in threads or processes that begin together: the yardstick.
 * Usage: logins threads|processes WORKERS EACH SERVICE USER PASSWORD [once]
 *        logins hashes WORKERS EACH HASH - PASSWORD
 * Prints the seconds until the last one is done, and how many hashes were computed in all.
 * `hashes` computes one with crypt_r(3) and does nothing else: what no program can beat.  With
 * `once` a module that asks for the same hash twice gets the first one again. */

#include <crypt.h>
#include <dlfcn.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64 };

typedef char *hasher(const char *, const char *, struct crypt_data *);

static const char *service, *user, *password;
static int only_hashes, only_once;
static long each;
static hasher *real;
static _Atomic long *hashes; /* shared with the processes */

/* The one that modules are given as well: each hash is counted. */
char *crypt_r(const char *key, const char *setting, struct crypt_data *data)
{
    static _Thread_local const struct crypt_data *last;
    if (only_once && data == last && strcmp(data->output, setting) == 0) {
        last = NULL;
        return data->output;
    }
    last = data;
    ++*hashes;
    return real(key, setting, data);
}

static void expect(int right, const char *what)
{
    if (!right) {
        fprintf(stderr, "logins: %s\n", what);
        exit(2);
    }
}

static int answer(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *data)
{
    (void)data;
    struct pam_response *given = calloc((size_t)count, sizeof *given);
    for (int i = 0; given != NULL && i < count; i++) {
        if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
            given[i].resp = strdup(password);
    }
    *responses = given;
    return given == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static void login(void)
{
    const struct pam_conv conversation = { answer, NULL };
    pam_handle_t *handle = NULL;
    expect(pam_start(service, user, &conversation, &handle) == PAM_SUCCESS, "no start");
    expect(pam_authenticate(handle, 0) == PAM_SUCCESS, "not authenticated");
    expect(pam_acct_mgmt(handle, 0) == PAM_SUCCESS, "no account");
    expect(pam_setcred(handle, PAM_ESTABLISH_CRED) == PAM_SUCCESS, "no credentials");
    expect(pam_open_session(handle, 0) == PAM_SUCCESS, "not opened");
    expect(pam_close_session(handle, 0) == PAM_SUCCESS, "not closed");
    expect(pam_setcred(handle, PAM_DELETE_CRED) == PAM_SUCCESS, "not deleted");
    expect(pam_end(handle, PAM_SUCCESS) == PAM_SUCCESS, "no end");
}

static void hash(struct crypt_data *data)
{
    const char *made = crypt_r(password, service, data);
    expect(made != NULL && strcmp(made, service) == 0, "another hash");
}

static void *work(void *nothing)
{
    (void)nothing;
    struct crypt_data *data = calloc(1, sizeof *data);
    for (long i = 0; i < each; i++) {
        if (only_hashes)
            hash(data);
        else
            login();
    }
    free(data);
    return NULL;
}

static void in_threads(long workers)
{
    pthread_t thread[MOST];
    for (long i = 0; i < workers; i++)
        expect(pthread_create(&thread[i], NULL, work, NULL) == 0, "no thread");
    for (long i = 0; i < workers; i++)
        pthread_join(thread[i], NULL);
}

static void in_processes(long workers)
{
    for (long i = 0; i < workers; i++) {
        pid_t child = fork();
        expect(child >= 0, "no process");
        if (child == 0) {
            work(NULL);
            _exit(0);
        }
    }
    for (long i = 0; i < workers; i++) {
        int status;
        expect(wait(&status) > 0 && status == 0, "a process failed");
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 7 && argc != 8)
        return 2;
    long workers = strtol(argv[2], NULL, 10), count = strtol(argv[3], NULL, 10);
    service = argv[4], user = argv[5], password = argv[6];
    only_hashes = strcmp(argv[1], "hashes") == 0;
    only_once = argc == 8;
    expect(workers > 0 && workers <= MOST && count > 0, "how many?");
    hashes = mmap(NULL, sizeof *hashes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    real = (hasher *)dlsym(RTLD_NEXT, "crypt_r");
    expect(hashes != MAP_FAILED && real != NULL, "no crypt_r");
    each = 1;
    work(NULL); /* warms up */
    *hashes = 0, each = count;
    double before = seconds();
    if (strcmp(argv[1], "processes") == 0)
        in_processes(workers);
    else
        in_threads(workers);
    printf("%.6f %ld\n", seconds() - before, *hashes);
    return 0;
}
