/* A module that does what its line says, and prints what libpam answered. */

#include "show.h"

#include <limits.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>

static void say_cleanup(pam_handle_t *handle, void *data, int status)
{
    const void *got = "left", *item = "left";
    char *where = data;
    printf("  cleanup %s %x\n", where, (unsigned)status);
    SHOW("get_data", pam_get_data(handle, "first", &got));
    show_text("    data", got);
    SHOW("get USER", pam_get_item(handle, PAM_USER, &item));
    show_text("    user", item);
    item = "left";
    SHOW("get AUTHTOK", pam_get_item(handle, PAM_AUTHTOK, &item));
    show_text("    token", item);
    SHOW("set AUTHTOK", pam_set_item(handle, PAM_AUTHTOK, "x"));
    SHOW("putenv", pam_putenv(handle, "IN=cleanup"));
    show_text("    getenv", pam_getenv(handle, "IN"));
    if (strcmp(where, "stores") == 0) {
        SHOW("set_data", pam_set_data(handle, "late", "late", NULL));
    }
    if (strcmp(where, "ends") == 0 && (status & PAM_DATA_REPLACE)) {
        SHOW("end", pam_end(handle, 0));
    }
}

static int data(pam_handle_t *handle)
{
    const void *got = "left";
    SHOW("get none", pam_get_data(handle, "none", &got));
    show_text("  left", got);
    SHOW("get null name", pam_get_data(handle, NULL, &got));
    SHOW("set null name", pam_set_data(handle, NULL, "x", NULL));
    SHOW("set null", pam_set_data(handle, "null", NULL, NULL));
    SHOW("get null", pam_get_data(handle, "null", &got));
    show_text("  null", got);
    SHOW("set empty name", pam_set_data(handle, "", "empty", say_cleanup));
    SHOW("set first", pam_set_data(handle, "first", "one", say_cleanup));
    SHOW("set second", pam_set_data(handle, "second", "stores", say_cleanup));
    SHOW("set first again", pam_set_data(handle, "first", "two", say_cleanup));
    SHOW("set first the same", pam_set_data(handle, "first", "two", say_cleanup));
    SHOW("set ends", pam_set_data(handle, "third", "ends", say_cleanup));
    SHOW("set ends again", pam_set_data(handle, "third", "ends", say_cleanup));
    SHOW("get first", pam_get_data(handle, "first", &got));
    show_text("  first", got);
    return PAM_SUCCESS;
}

static int tokens(pam_handle_t *handle)
{
    const void *one = "left", *two = "left";
    for (int item = PAM_AUTHTOK; item <= PAM_OLDAUTHTOK; item++) {
        SHOW("get", pam_get_item(handle, item, &one));
        show_text("  token", one);
        SHOW("set", pam_set_item(handle, item, "a\xff token"));
        SHOW("get", pam_get_item(handle, item, &one));
        show_text("  token", one);
        SHOW("set the same", pam_set_item(handle, item, one));
        SHOW("get", pam_get_item(handle, item, &two));
        show_text("  token", two);
        printf("  kept %d\n", one == two);
        SHOW("set empty", pam_set_item(handle, item, ""));
        SHOW("get", pam_get_item(handle, item, &two));
        show_text("  token", two);
        SHOW("set null", pam_set_item(handle, item, NULL));
        SHOW("get", pam_get_item(handle, item, &two));
        show_text("  token", two);
    }
    return PAM_SUCCESS;
}

static int authtok(pam_handle_t *handle)
{
    static const int items[] = { PAM_AUTHTOK, PAM_OLDAUTHTOK, PAM_USER, 0, -1, INT_MAX };
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        const char *token = NULL;
        printf(" item %d\n", items[i]);
        if (items[i] == PAM_AUTHTOK || items[i] == PAM_OLDAUTHTOK) {
            SHOW("get_authtok", pam_get_authtok(handle, items[i], &token, NULL));
            show_text("  token", token);
            SHOW("again", pam_get_authtok(handle, items[i], &token, "Again: "));
            show_text("  token", token);
        }
        SHOW("nowhere", pam_get_authtok(handle, items[i], NULL, NULL));
    }
    pam_set_item(handle, PAM_AUTHTOK, NULL);
    const char *token = NULL;
    /* Without a prompt: with one, stock takes an older token's verification for this one's. */
    SHOW("noverify", pam_get_authtok_noverify(handle, &token, NULL));
    show_text("  token", token);
    SHOW("noverify nowhere", pam_get_authtok_noverify(handle, NULL, NULL));
    if (token == NULL) { /* stock dies of it */
        return PAM_SUCCESS;
    }
    SHOW("verify", pam_get_authtok_verify(handle, &token, "New? "));
    show_text("  token", token);
    SHOW("verify again", pam_get_authtok_verify(handle, &token, NULL));
    show_text("  token", token);
    SHOW("verify nowhere", pam_get_authtok_verify(handle, NULL, NULL));
    pam_set_item(handle, PAM_AUTHTOK, NULL);
    SHOW("empty prompt", pam_get_authtok(handle, PAM_AUTHTOK, &token, ""));
    pam_set_item(handle, PAM_AUTHTOK, NULL);
    pam_set_item(handle, PAM_AUTHTOK_TYPE, "UNIX");
    SHOW("get_authtok", pam_get_authtok(handle, PAM_AUTHTOK, &token, NULL));
    return PAM_SUCCESS;
}

/* A token that was not got of libpam is compared, and none is left behind where that is refused. */
static int verify(pam_handle_t *handle)
{
    const char *token = "my own";
    const void *item = "left";
    SHOW("verify", pam_get_authtok_verify(handle, &token, "New? "));
    show_text("  token", token);
    SHOW("get", pam_get_item(handle, PAM_AUTHTOK, &item));
    show_text("  item", item);
    pam_set_item(handle, PAM_AUTHTOK, "another");
    token = "said";
    SHOW("verify", pam_get_authtok_verify(handle, &token, "New? "));
    show_text("  token", token);
    return PAM_SUCCESS;
}

static int own_handle(pam_handle_t *handle)
{
    SHOW("authenticate", pam_authenticate(handle, 0));
    SHOW("setcred", pam_setcred(handle, 0));
    SHOW("acct_mgmt", pam_acct_mgmt(handle, 0));
    SHOW("open_session", pam_open_session(handle, 0));
    SHOW("close_session", pam_close_session(handle, 0));
    SHOW("chauthtok", pam_chauthtok(handle, 0));
    SHOW("end", pam_end(handle, 0));
    return PAM_SUCCESS;
}

static int nested(pam_handle_t *handle)
{
    const void *conversation = NULL, *confdir = NULL;
    pam_handle_t *inner = NULL;
    SHOW("get CONV", pam_get_item(handle, PAM_CONV, &conversation));
    SHOW("get place", pam_get_data(handle, "none", &confdir));
    SHOW("start", pam_start_confdir("permit", "inner", conversation, getenv("CONFDIR"), &inner));
    SHOW("authenticate", pam_authenticate(inner, 0));
    SHOW("outer is refused", pam_authenticate(handle, 0));
    SHOW("end", pam_end(inner, 0));
    SHOW("start", pam_start_confdir("deny", "inner", conversation, getenv("CONFDIR"), &inner));
    SHOW("authenticate", pam_authenticate(inner, 0));
    SHOW("end", pam_end(inner, 0));
    return PAM_SUCCESS;
}

static int users(pam_handle_t *handle)
{
    const char *one = NULL, *two = NULL, *three = NULL;
    SHOW("get_user", pam_get_user(handle, &one, NULL));
    show_text("  user", one);
    SHOW("get_item", pam_get_item(handle, PAM_USER, (const void **)&two));
    printf("  kept %d\n", one == two);
    SHOW("set the same", pam_set_item(handle, PAM_USER, one));
    SHOW("get_user", pam_get_user(handle, &two, NULL));
    printf("  kept %d\n", one == two);
    show_text("  user", two);
    SHOW("set another", pam_set_item(handle, PAM_USER, "an\xe9other"));
    SHOW("get_user", pam_get_user(handle, &three, NULL));
    show_text("  user", three);
    SHOW("set empty", pam_set_item(handle, PAM_USER, ""));
    SHOW("get_user", pam_get_user(handle, &three, NULL));
    show_text("  user", three);
    SHOW("set null", pam_set_item(handle, PAM_USER, NULL));
    SHOW("empty prompt", pam_get_user(handle, &three, ""));
    show_text("  user", three);
    SHOW("set null", pam_set_item(handle, PAM_USER, NULL));
    SHOW("set USER_PROMPT empty", pam_set_item(handle, PAM_USER_PROMPT, ""));
    SHOW("empty prompt", pam_get_user(handle, &three, NULL));
    SHOW("set service", pam_set_item(handle, PAM_SERVICE, "DENY"));
    SHOW("get service", pam_get_item(handle, PAM_SERVICE, (const void **)&one));
    SHOW("set the same", pam_set_item(handle, PAM_SERVICE, one));
    SHOW("get service", pam_get_item(handle, PAM_SERVICE, (const void **)&two));
    printf("  kept %d\n", one == two);
    return PAM_SUCCESS;
}

static int prompts(pam_handle_t *handle)
{
    static const int styles[] = { 0, 1, 2, 3, 4, 5, 6, -1, INT_MAX, INT_MIN };
    for (size_t i = 0; i < sizeof styles / sizeof *styles; i++) {
        char *answer = (char *)(uintptr_t)-1;
        printf(" style %d\n", styles[i]);
        SHOW("prompt", pam_prompt(handle, styles[i], &answer, "%s-%d", "te\xfft", 7));
        show_text("  answer", answer);
        free(answer);
        SHOW("unwanted", pam_prompt(handle, styles[i], NULL, "%s", ""));
    }
    return PAM_SUCCESS;
}

static int delays(pam_handle_t *handle, const char *lengths)
{
    char *rest = NULL;
    for (unsigned long length = strtoul(lengths, &rest, 10);; length = strtoul(rest + 1, &rest, 10)) {
        SHOW("fail_delay", pam_fail_delay(handle, (unsigned)length));
        if (*rest == '\0') {
            return PAM_AUTH_ERR;
        }
    }
}

static int act(pam_handle_t *handle, const char *hook, int flags, int argc, const char **argv)
{
    static int calls;
    printf(" %s %x argc %d\n", hook, (unsigned)flags, argc);
    calls++;
    for (int i = 0; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        value = value == NULL ? "" : value + 1;
#define IS(name) (strncmp(argv[i], name, strlen(name)) == 0)
        if (IS("return=")) {
            return (int)strtol(value, NULL, 10);
        }
        if (IS("waits=") && calls <= atoi(value)) {
            return PAM_INCOMPLETE;
        }
        if (IS("delays=")) {
            return delays(handle, value);
        }
        if (IS("data")) {
            return data(handle);
        }
        if (IS("tokens")) {
            return tokens(handle);
        }
        if (IS("authtok")) {
            return authtok(handle);
        }
        if (IS("verify")) {
            return verify(handle);
        }
        if (IS("own")) {
            return own_handle(handle);
        }
        if (IS("nested")) {
            return nested(handle);
        }
        if (IS("users")) {
            return users(handle);
        }
        if (IS("prompts")) {
            return prompts(handle);
        }
    }
    return PAM_SUCCESS;
}

#define HOOK(name)                                                                            \
    int pam_sm_##name(pam_handle_t *handle, int flags, int argc, const char **argv)           \
    {                                                                                         \
        return act(handle, #name, flags, argc, argv);                                         \
    }
HOOK(authenticate)
HOOK(setcred)
HOOK(acct_mgmt)
HOOK(open_session)
HOOK(close_session)
HOOK(chauthtok)
