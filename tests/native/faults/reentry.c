/* Handles where they do not belong: in their own conversation, twice, ended, null, garbage. */

/* reentry own | module | nested | many | null | stale | garbage: `garbage` and `stale` may crash (in a
 * child per call), the rest may not. */

#include "driver.h"

#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

static pam_handle_t *current;

/* Everything one can do to a handle; prints the codes, so that two libraries can be compared. */
static int authenticate(pam_handle_t *handle) { return pam_authenticate(handle, 0); }
static int setcred(pam_handle_t *handle) { return pam_setcred(handle, PAM_ESTABLISH_CRED); }
static int account(pam_handle_t *handle) { return pam_acct_mgmt(handle, 0); }
static int open_session(pam_handle_t *handle) { return pam_open_session(handle, 0); }
static int close_session(pam_handle_t *handle) { return pam_close_session(handle, 0); }
static int change_token(pam_handle_t *handle) { return pam_chauthtok(handle, 0); }
static int set_item(pam_handle_t *handle) { return pam_set_item(handle, PAM_TTY, "tty"); }
static int put(pam_handle_t *handle) { return pam_putenv(handle, "A=b"); }
static int fail_delay(pam_handle_t *handle) { return pam_fail_delay(handle, 0); }
static int set_data(pam_handle_t *handle) { return pam_set_data(handle, "a", NULL, NULL); }
static int end(pam_handle_t *handle) { return pam_end(handle, PAM_SUCCESS); }

static int get_item(pam_handle_t *handle)
{
    const void *item = NULL;
    return pam_get_item(handle, PAM_USER, &item);
}

static int get_data(pam_handle_t *handle)
{
    const void *data = NULL;
    return pam_get_data(handle, "a", &data);
}

static int get(pam_handle_t *handle)
{
    return pam_getenv(handle, "A") == NULL ? PAM_SYSTEM_ERR : PAM_SUCCESS;
}

static int get_all(pam_handle_t *handle)
{
    return pam_getenvlist(handle) == NULL ? PAM_SYSTEM_ERR : PAM_SUCCESS;
}

static const struct { const char *name; int (*call)(pam_handle_t *); int decides; } CALLS[] = {
    { "authenticate", authenticate, 1 },   { "setcred", setcred, 1 },
    { "acct_mgmt", account, 1 },           { "open_session", open_session, 1 },
    { "close_session", close_session, 1 }, { "chauthtok", change_token, 1 },
    { "set_item", set_item, 0 },           { "get_item", get_item, 0 },
    { "putenv", put, 0 },                  { "getenv", get, 0 },
    { "getenvlist", get_all, 0 },          { "fail_delay", fail_delay, 0 },
    { "set_data", set_data, 0 },           { "get_data", get_data, 0 },
    { "end", end, 0 },
};
enum { CALL_COUNT = sizeof CALLS / sizeof *CALLS };

static void try_all(pam_handle_t *handle, const char *where, int but_the_last)
{
    printf("%s:", where);
    for (int at = 0; at < CALL_COUNT - but_the_last; at++) {
        int code = CALLS[at].call(handle);
        printf(" %s=%d", CALLS[at].name, code);
        if (CALLS[at].decides)
            wants_refusal(code, where);
    }
    printf("\n");
}

static int uses_own(int count, const struct pam_message **messages,
                    struct pam_response **responses, void *password)
{
    for (int at = 0; at < 6; at++)
        wants_refusal(CALLS[at].call(current), "a handle in its own conversation");
    if (pam_end(current, 0) == PAM_SUCCESS)
        broken("a handle ended in its own conversation");
    return answer(count, messages, responses, password);
}

static void own(void)
{
    char word[] = "right";
    struct pam_conv conv = { uses_own, word };
    for (int left = 20; left > 0; left--) {
        strcpy(word, "right");
        wants_success(begin("asks", &conv, &current), "pam_start");
        wants_success(pam_authenticate(current, 0), "after own use");
        strcpy(word, "wrong");
        wants_refusal(pam_authenticate(current, 0), "after own use");
        wants_success(pam_end(current, 0), "pam_end");
    }
}

static void module(void)
{
    for (int left = 20; left > 0; left--)
        check_both("again", "a module that uses its own handle");
}

static int plays_another(int count, const struct pam_message **messages,
                         struct pam_response **responses, void *password)
{
    check_both("asks", "inside a conversation");
    wants_refusal(with_password("deny", "right"), "inside a conversation");
    return answer(count, messages, responses, password);
}

static void nested(void)
{
    char right[] = "right";
    char wrong[] = "wrong";
    struct pam_conv conv = { plays_another, right };
    for (int left = 20; left > 0; left--) {
        conv.appdata_ptr = right;
        wants_success(transaction("asks", &conv), "around another");
        conv.appdata_ptr = wrong;
        wants_refusal(transaction("asks", &conv), "around another");
    }
}

enum { MANY = 500 };

static void many(void)
{
    static pam_handle_t *handles[MANY];
    char word[] = "right";
    struct pam_conv conv = { answer, word };
    for (int at = 0; at < MANY; at++)
        wants_success(begin(at % 2 ? "asks" : "deny", &conv, &handles[at]), "pam_start");
    for (int at = 0; at < MANY; at++) {
        int code = pam_authenticate(handles[at], 0);
        if (at % 2)
            wants_success(code, "one of many handles");
        else
            wants_refusal(code, "one of many handles");
    }
    for (int at = MANY; at-- > 0;)
        wants_success(pam_end(handles[at], 0), "pam_end of one of many handles");
}

static void null(void)
{
    pam_handle_t *handle = NULL;
    struct pam_conv nobody = { NULL, NULL };
    try_all(NULL, "null", 0);
    printf("strerror: %s\n", pam_strerror(NULL, PAM_AUTH_ERR));
    printf("start: %d", pam_start_confdir("asks", "nobody", NULL, getenv("FAULTS_POLICIES"), &handle));
    printf(" %d", pam_start_confdir("asks", "nobody", &nobody, getenv("FAULTS_POLICIES"), &handle));
    if (handle != NULL) {
        /* A transaction without a conversation: nobody answers, so nobody gets in. */
        int code = pam_authenticate(handle, 0);
        wants_refusal(code, "no conversation function");
        printf(" authenticate: %d", code);
        pam_end(handle, code);
    }
    printf("\n");
}

/* In a child, for these may crash; they may not grant, and they may not hang. */
static void try_each(pam_handle_t *handle, const char *where)
{
    for (int at = 0; at < CALL_COUNT; at++) {
        int status;
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            alarm(10);
            _exit(CODE_BASE + CALLS[at].call(handle));
        }
        waitpid(child, &status, 0);
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
            broken("%s on a handle that is %s hangs", CALLS[at].name, where);
        if (CALLS[at].decides && WIFEXITED(status) && WEXITSTATUS(status) == CODE_BASE)
            granted(where);
        if (WIFSIGNALED(status))
            printf("crash: %s %s\n", where, CALLS[at].name);
    }
}

static void stale(void)
{
    char right[] = "right";
    struct pam_conv conv = { answer, right };
    pam_handle_t *handle;
    wants_success(begin("deny", &conv, &handle), "pam_start");
    wants_success(pam_end(handle, 0), "pam_end");
    try_each(handle, "ended");
    wants_success(begin("deny", &conv, &handle), "pam_start");
    wants_refusal(pam_authenticate(handle, 0), "pam_deny");
    wants_success(pam_end(handle, 0), "pam_end");
    try_each(handle, "used and ended");
}

static void garbage(void)
{
    static char zeros[8192];
    static char letters[8192];
    static char stack[8192];
    memset(letters, 'A', sizeof letters);
    memset(stack, 0xff, sizeof stack);
    check_both("asks", "before garbage");
    try_each((pam_handle_t *)(void *)zeros, "zeros");
    try_each((pam_handle_t *)(void *)letters, "letters");
    try_each((pam_handle_t *)(void *)stack, "ones");
    try_each((pam_handle_t *)(uintptr_t)8, "eight");
    try_each((pam_handle_t *)(uintptr_t)UINTPTR_MAX, "minus one");
    try_each((pam_handle_t *)(uintptr_t)garbage, "code");
    check_both("asks", "after garbage");
}

int main(int argc, char **argv)
{
    static const struct { const char *name; void (*play)(void); } CASES[] = {
        { "own", own },     { "module", module }, { "nested", nested },
        { "many", many },   { "null", null },   { "stale", stale },   { "garbage", garbage },
    };
    for (size_t at = 0; argc > 1 && at < sizeof CASES / sizeof *CASES; at++)
        if (strcmp(argv[1], CASES[at].name) == 0) {
            CASES[at].play();
            return FINE;
        }
    return BROKEN;
}
