/* A bad libpam.so.0, to see the harness fail: what is bad about it, $FAULTS_CONTROL says. */

/* good, grant, loop, crash; starved-grant, starved-loop, starved-crash (when an allocation of
 * theirs fails); lock (held while it talks); handler, mask, descriptor, directory, locale, umask,
 * environment (left changed); code (writable code needed, else granted). */

#define _GNU_SOURCE
#include "driver.h"

#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct pam_handle { struct pam_conv conv; char service[32]; bool starved; };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static volatile int spin;

static bool is(const char *fault)
{
    const char *wanted = getenv("FAULTS_CONTROL");
    return wanted != NULL && strcmp(wanted, fault) == 0;
}

int pam_start_confdir(const char *service, const char *user, const struct pam_conv *conv,
                      const char *directory, pam_handle_t **handle)
{
    (void)user, (void)directory;
    *handle = NULL;
    pam_handle_t *made = conv == NULL ? NULL : calloc(1, sizeof *made);
    if (made == NULL)
        return PAM_BUF_ERR;
    made->conv = *conv;
    snprintf(made->service, sizeof made->service, "%s", service);
    void *big = malloc(8 << 20);
    made->starved = big == NULL;
    free(big);
    *handle = made;
    return PAM_SUCCESS;
}

int pam_end(pam_handle_t *handle, int code)
{
    (void)code;
    free(handle);
    return handle == NULL ? PAM_SYSTEM_ERR : PAM_SUCCESS;
}

static int asks(pam_handle_t *handle)
{
    static const struct pam_message MESSAGE = { PAM_PROMPT_ECHO_OFF, "Password: " };
    const struct pam_message *messages = &MESSAGE;
    struct pam_response *responses = NULL;
    if (handle->conv.conv == NULL ||
        handle->conv.conv(1, &messages, &responses, handle->conv.appdata_ptr) != PAM_SUCCESS ||
        responses == NULL)
        return PAM_CONV_ERR;
    int code = responses->resp != NULL && strcmp(responses->resp, "right") == 0 ? PAM_SUCCESS
                                                                                : PAM_AUTH_ERR;
    free(responses->resp);
    free(responses);
    return code;
}

static void never_ends(void)
{
    while (true)
        spin++;
}

static void leaves_changed(void)
{
    if (is("handler"))
        signal(SIGPIPE, SIG_IGN);
    if (is("mask")) {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
    }
    if (is("descriptor"))
        (void)!open("/dev/null", O_RDONLY);
    if (is("directory"))
        (void)!chdir("/tmp");
    if (is("locale"))
        setlocale(LC_ALL, "C.UTF-8");
    if (is("umask"))
        umask(0);
    if (is("environment"))
        setenv("LEFT", "behind", 1);
}

int pam_authenticate(pam_handle_t *handle, int flags)
{
    (void)flags;
    if (is("grant"))
        return PAM_SUCCESS;
    if (is("loop"))
        never_ends();
    if (is("crash"))
        abort();
    if (handle == NULL)
        return PAM_SYSTEM_ERR;
    if (is("starved-grant") && handle->starved)
        return PAM_SUCCESS;
    if (is("starved-loop") && handle->starved)
        never_ends();
    if (is("starved-crash") && handle->starved)
        abort();
    if (is("code") && mmap(NULL, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                           0) == MAP_FAILED)
        return PAM_SUCCESS;
    leaves_changed();
    if (strcmp(handle->service, "deny") == 0)
        return PAM_AUTH_ERR;
    if (!is("lock"))
        return asks(handle);
    pthread_mutex_lock(&lock);
    int code = asks(handle);
    pthread_mutex_unlock(&lock);
    return code;
}

/* The rest is there so that every driver links and starts, and `su` too. */
int pam_start(const char *, const char *, const struct pam_conv *, pam_handle_t **);

int pam_start(const char *service, const char *user, const struct pam_conv *conv,
              pam_handle_t **handle)
{
    return pam_start_confdir(service, user, conv, NULL, handle);
}

int pam_set_item(pam_handle_t *handle, int type, const void *item)
{
    (void)handle, (void)type, (void)item;
    return PAM_SUCCESS;
}

int pam_putenv(pam_handle_t *handle, const char *text)
{
    (void)handle, (void)text;
    return PAM_SUCCESS;
}

const char *pam_getenv(pam_handle_t *handle, const char *name)
{
    (void)handle, (void)name;
    return NULL;
}

char **pam_getenvlist(pam_handle_t *handle)
{
    (void)handle;
    return calloc(1, sizeof(char *));
}

const char *pam_strerror(pam_handle_t *handle, int code)
{
    (void)handle, (void)code;
    return "refused by the control";
}

#define STUB(name) \
    int name(pam_handle_t *handle, int flags); \
    int name(pam_handle_t *handle, int flags) \
    { \
        (void)flags; \
        return handle == NULL ? PAM_SYSTEM_ERR : PAM_SUCCESS; \
    }
STUB(pam_setcred)
STUB(pam_acct_mgmt)
STUB(pam_open_session)
STUB(pam_close_session)
STUB(pam_chauthtok)
