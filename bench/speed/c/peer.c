/* Transactions on the system's libpam, as they are asked for on standard input: the yardstick.
 *
 * Usage: peer [MODULE...]; modules named here stay mapped for as long as the program lives.
 * A request is a line `CALLS USER SERVICE MANY COUNT THREADS PINNED`:
 * CALLS are letters (a authenticate, c establish credentials, d delete them, m account, o open and
 * x close the session, or - for none); with MANY above 1 the services are SERVICE0, SERVICE1 ... in
 * turn; each of THREADS does COUNT; PINNED is 1 if thread i is to run on processor i only.
 * The answer is a line with the microseconds that one transaction took, or `! why not`.
 * With -DNO_AUDIT libpam finds no audit in the kernel, and writes no record of a call. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef NO_AUDIT
int audit_open(void);
int audit_open(void)
{
    errno = EPROTONOSUPPORT;
    return -1;
}
#endif

struct request {
    char calls[16], user[64], service[128];
    long many, count, threads, pinned;
};

struct thread {
    const struct request *request;
    pthread_barrier_t *begin;
    long number;
    int code;
    char call;
};

static int converse(int count, const struct pam_message **messages,
                    struct pam_response **responses, void *data)
{
    (void)messages;
    (void)data;
    *responses = calloc((size_t)count, sizeof **responses);
    return *responses == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static int call(pam_handle_t *handle, char which)
{
    switch (which) {
    case 'a': return pam_authenticate(handle, 0);
    case 'c': return pam_setcred(handle, PAM_ESTABLISH_CRED);
    case 'd': return pam_setcred(handle, PAM_DELETE_CRED);
    case 'm': return pam_acct_mgmt(handle, 0);
    case 'o': return pam_open_session(handle, 0);
    case 'x': return pam_close_session(handle, 0);
    case '-': return PAM_SUCCESS;
    default: return PAM_SYSTEM_ERR;
    }
}

static int transaction(const struct request *request, const char *service, char *failed)
{
    const struct pam_conv conversation = {converse, NULL};
    pam_handle_t *handle = NULL;
    int code = pam_start(service, request->user, &conversation, &handle);

    *failed = 's';
    for (const char *which = request->calls; code == PAM_SUCCESS && *which != '\0'; which++) {
        *failed = *which;
        code = call(handle, *which);
    }
    if (handle != NULL)
        pam_end(handle, code);
    return code;
}

static void *work(void *given)
{
    struct thread *self = given;
    const struct request *request = self->request;
    char service[160];
    cpu_set_t all, one;

    if (request->pinned) {
        /* The processor of this number among those that the program may use. */
        long at = -1, wanted;

        sched_getaffinity(0, sizeof all, &all);
        wanted = self->number % CPU_COUNT(&all);
        while (wanted >= 0)
            wanted -= CPU_ISSET(++at, &all) ? 1 : 0;
        CPU_ZERO(&one);
        CPU_SET(at, &one);
        sched_setaffinity(0, sizeof one, &one);
    }
    pthread_barrier_wait(self->begin);
    snprintf(service, sizeof service, "%s", request->service);
    for (long i = 0; i < request->count && self->code == PAM_SUCCESS; i++) {
        if (request->many > 1)
            snprintf(service, sizeof service, "%s%ld", request->service, i % request->many);
        self->code = transaction(request, service, &self->call);
    }
    return NULL;
}

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static void answer(const struct request *request)
{
    enum { MOST = 64 };
    pthread_t ids[MOST];
    struct thread threads[MOST];
    pthread_barrier_t begin;
    double before, took;
    char failed = 0;
    int code = PAM_SUCCESS;

    if (request->threads > MOST) {
        puts("! too many threads");
        return;
    }
    if (request->threads == 1 && !request->pinned) {
        struct thread only = {request, NULL, 0, PAM_SUCCESS, 0};
        pthread_barrier_t alone;

        pthread_barrier_init(&alone, NULL, 1);
        only.begin = &alone;
        before = now();
        work(&only);
        took = now() - before;
        code = only.code;
        failed = only.call;
    } else {
        pthread_barrier_init(&begin, NULL, (unsigned)request->threads + 1);
        for (long i = 0; i < request->threads; i++) {
            threads[i] = (struct thread){request, &begin, i, PAM_SUCCESS, 0};
            pthread_create(&ids[i], NULL, work, &threads[i]);
        }
        before = now();
        pthread_barrier_wait(&begin);
        for (long i = 0; i < request->threads; i++) {
            pthread_join(ids[i], NULL);
            if (threads[i].code != PAM_SUCCESS) {
                code = threads[i].code;
                failed = threads[i].call;
            }
        }
        took = now() - before;
    }
    if (code == PAM_SUCCESS)
        printf("%.4f\n", took / (double)(request->count * request->threads));
    else
        printf("! %s: %c: %s\n", request->service, failed, pam_strerror(NULL, code));
}

int main(int argc, char **argv)
{
    struct request request;
    char line[512];

    for (int i = 1; i < argc; i++)
        if (dlopen(argv[i], RTLD_NOW) == NULL) {
            fprintf(stderr, "%s\n", dlerror());
            return 1;
        }
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (strcmp(line, "mark\n") == 0) {
            sched_yield(); /* what counts instructions begins and ends here */
            puts("0");
        } else if (sscanf(line, "%15s %63s %127s %ld %ld %ld %ld", request.calls, request.user,
                          request.service, &request.many, &request.count, &request.threads,
                          &request.pinned) == 7)
            answer(&request);
        else
            puts("! what?");
    }
    return 0;
}
