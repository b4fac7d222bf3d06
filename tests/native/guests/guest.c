/* A module that does what the first word of its line says, through everything libpam offers. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

static const char *file; /* where a cleanup or a delay function leaves word */

static void note(const char *word, int number, int other)
{
    char line[128];
    int length = snprintf(line, sizeof line, "%s %d %d\n", word, number, other);
    int out = open(file, O_WRONLY | O_APPEND | O_CREAT, 0600);
    if (out >= 0) {
        if (write(out, line, (size_t)length) < 0) {
            _exit(99);
        }
        close(out);
    }
}

static int tell(pam_handle_t *handle, const char *name, int number)
{
    char assignment[64];
    snprintf(assignment, sizeof assignment, "%s=%d", name, number);
    return pam_putenv(handle, assignment);
}

static int ask_directly(pam_handle_t *handle, int style, const char *text)
{
    const struct pam_conv *conversation = NULL;
    const void *item = NULL;
    struct pam_message first = { PAM_TEXT_INFO, "listen" }, second = { style, text };
    const struct pam_message *messages[2] = { &first, &second };
    struct pam_response *responses = NULL;
    int code = pam_get_item(handle, PAM_CONV, &item);
    conversation = item;
    if (code != PAM_SUCCESS || conversation == NULL) {
        return PAM_SYSTEM_ERR;
    }
    code = conversation->conv(2, messages, &responses, conversation->appdata_ptr);
    tell(handle, "CODE", code);
    tell(handle, "RESPONSES", responses != NULL);
    if (code == PAM_SUCCESS && responses != NULL) {
        char text_of[64] = "ANSWER=";
        if (responses[1].resp != NULL) {
            strncat(text_of, responses[1].resp, 40);
            pam_putenv(handle, text_of);
        }
        free(responses[0].resp);
        free(responses[1].resp);
        free(responses);
    }
    return code;
}

static void clean_up(pam_handle_t *handle, void *data, int status)
{
    const void *user = NULL;
    note(data, status, 0);
    int code = pam_get_item(handle, PAM_USER, &user);
    note("user", code, user != NULL);
    code = pam_authenticate(handle, 0);
    note("authenticate", code, pam_end(handle, 0));
}

static int converse_in_c(int count, const struct pam_message **messages,
                         struct pam_response **responses, void *pointer)
{
    (void)messages;
    *responses = calloc((size_t)count, sizeof **responses);
    for (int at = 0; at < count; at++) {
        (*responses)[at].resp = strdup(pointer);
    }
    return PAM_SUCCESS;
}

static void delay_in_c(int code, unsigned microseconds, void *pointer)
{
    (void)pointer;
    note("delay", code, microseconds > 0);
}

static int fork_and_ask(pam_handle_t *handle)
{
    pid_t child = fork();
    if (child == 0) {
        const void *user = NULL;
        char **environment = pam_getenvlist(handle);
        int good = environment != NULL && pam_get_item(handle, PAM_USER, &user) == PAM_SUCCESS;
        _exit(good ? 0 : 1);
    }
    int status = 1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
        continue;
    }
    return status == 0 ? PAM_SUCCESS : PAM_AUTH_ERR;
}

static void *fork_elsewhere(void *handle)
{
    return fork_and_ask(handle) == PAM_SUCCESS ? handle : NULL;
}

static int start_another(pam_handle_t *handle)
{
    static struct pam_conv conversation = { converse_in_c, "inner" };
    pam_handle_t *inner = NULL;
    int code = pam_start("inner", "somebody", &conversation, &inner);
    tell(handle, "START", code);
    if (code == PAM_SUCCESS) {
        code = pam_authenticate(inner, 0);
        tell(handle, "INNER", code);
        tell(handle, "END", pam_end(inner, code));
    }
    return PAM_SUCCESS;
}

static int act(pam_handle_t *handle, int count, const char **word)
{
    static struct pam_conv in_c = { converse_in_c, "from c" };
    const char *what = count > 0 ? word[0] : "";
    const void *item = NULL;
    file = count > 1 ? word[1] : "/nonexistent";
    if (strcmp(what, "asks") == 0) {
        return ask_directly(handle, PAM_PROMPT_ECHO_OFF, "say: ");
    }
    if (strcmp(what, "asks-oddly") == 0) {
        return ask_directly(handle, 99, "say: ");
    }
    if (strcmp(what, "reenters") == 0) {
        tell(handle, "AUTHENTICATE", pam_authenticate(handle, 0));
        tell(handle, "SETCRED", pam_setcred(handle, 0));
        tell(handle, "END", pam_end(handle, 0));
        return PAM_SUCCESS;
    }
    if (strcmp(what, "keeps") == 0) {
        int code = pam_set_data(handle, "guest", "first", clean_up);
        return code != PAM_SUCCESS ? code : pam_set_data(handle, "guest", "second", clean_up);
    }
    if (strcmp(what, "waits") == 0) {
        char *answer = NULL;
        int code = pam_prompt(handle, PAM_PROMPT_ECHO_ON, &answer, "say: ");
        free(answer);
        return code == PAM_CONV_AGAIN ? PAM_INCOMPLETE : code;
    }
    if (strcmp(what, "asks-for-user") == 0) {
        const char *user = NULL;
        int code = pam_get_user(handle, &user, "who: ");
        return code == PAM_CONV_AGAIN ? PAM_INCOMPLETE : code;
    }
    if (strcmp(what, "asks-for-token") == 0) {
        const char *token = NULL;
        return pam_get_authtok(handle, PAM_AUTHTOK, &token, NULL);
    }
    if (strcmp(what, "forks") == 0) {
        return fork_and_ask(handle);
    }
    if (strcmp(what, "forks-in-thread") == 0) {
        pthread_t thread;
        void *good = NULL;
        if (pthread_create(&thread, NULL, fork_elsewhere, handle) != 0) {
            return PAM_SYSTEM_ERR;
        }
        pthread_join(thread, &good);
        return good != NULL ? PAM_SUCCESS : PAM_AUTH_ERR;
    }
    if (strcmp(what, "answers-itself") == 0) {
        return pam_set_item(handle, PAM_CONV, &in_c);
    }
    if (strcmp(what, "delays") == 0) {
        int (*set)(pam_handle_t *, int, const void *) = pam_set_item;
        union {
            void (*function)(int, unsigned, void *);
            const void *object;
        } delay = { delay_in_c };
        set(handle, PAM_FAIL_DELAY, delay.object);
        pam_fail_delay(handle, 2000000);
        return PAM_AUTH_ERR;
    }
    if (strcmp(what, "sleeps") == 0) {
        usleep(300000);
        return pam_get_item(handle, PAM_USER, &item) == PAM_SUCCESS ? PAM_SUCCESS : PAM_AUTH_ERR;
    }
    if (strcmp(what, "keeps-errno") == 0) {
        errno = ENOTTY;
        pam_get_item(handle, PAM_RHOST, &item);
        pam_getenv(handle, "NOTHING");
        return errno == ENOTTY ? PAM_SUCCESS : PAM_AUTH_ERR;
    }
    if (strcmp(what, "starts") == 0) {
        return start_another(handle);
    }
    if (strcmp(what, "cookie") == 0) {
        struct pam_xauth_data cookie = { 4, "MIT1", 3, "\1\0\2" };
        const struct pam_xauth_data *kept;
        int code = pam_get_item(handle, PAM_XAUTHDATA, &item);
        kept = item;
        tell(handle, "LENGTH", kept != NULL ? kept->datalen : -1);
        return code != PAM_SUCCESS ? code : pam_set_item(handle, PAM_XAUTHDATA, &cookie);
    }
    if (strcmp(what, "logs") == 0) {
        errno = ENOTTY;
        pam_syslog(handle, LOG_NOTICE, "it is %s: %m", "odd");
        return PAM_SUCCESS;
    }
    return count > 0 ? atoi(what) : PAM_SUCCESS;
}

#define HOOK(name)                                                                       \
    EXPORT int name(pam_handle_t *handle, int flags, int count, const char **word);      \
    EXPORT int name(pam_handle_t *handle, int flags, int count, const char **word)       \
    {                                                                                    \
        (void)flags;                                                                     \
        return act(handle, count, word);                                                 \
    }

HOOK(pam_sm_authenticate)
HOOK(pam_sm_setcred)
HOOK(pam_sm_acct_mgmt)
HOOK(pam_sm_open_session)
