/* An application that calls every function of libpam oddly, and prints what it answered. */

#include "show.h"

#include <limits.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* What the conversation does: see `converse`. */
static struct {
    int code;
    int responds; /* 0: not at all, 1: an answer, 2: no text in it */
    const char *answer;
} plan = { PAM_SUCCESS, 1, "said" };

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data)
{
    printf("  conversation %s", (const char *)data);
    for (int i = 0; i < count; i++) {
        printf(" %d", messages[i]->msg_style);
        printf(" solaris %d", messages[i] == *messages + i);
        show_text("", messages[i]->msg);
    }
    printf("  responses null %d\n", *responses == NULL);
    if (plan.responds == 0) {
        return plan.code;
    }
    *responses = calloc((unsigned)count, sizeof **responses);
    for (int i = 0; *responses != NULL && i < count && plan.responds == 1; i++) {
        (*responses)[i].resp = strdup(plan.answer);
    }
    return plan.code;
}

static const struct pam_conv conversation = { converse, "data" };
static const char *confdir;
#define NOWHERE ((pam_handle_t *)(uintptr_t)16)

static pam_handle_t *start(const char *service, const char *user)
{
    pam_handle_t *handle = NULL;
    int code = pam_start_confdir(service, user, &conversation, confdir, &handle);
    if (code != PAM_SUCCESS) {
        printf("start %s %d handle %d\n", service, code, handle != NULL);
        exit(0);
    }
    return handle;
}

static void no_handle(void)
{
    const void *item = "left";
    const char *text = "left";
    char *answer = NULL;
    pam_handle_t *handle = NOWHERE;
    SHOW("start null", pam_start(NULL, NULL, &conversation, &handle));
    printf("  left %d\n", handle == NOWHERE);
    SHOW("start no conversation", pam_start("permit", NULL, NULL, &handle));
    printf("  left %d\n", handle == NOWHERE);
    SHOW("start nowhere", pam_start("permit", NULL, &conversation, NULL));
    SHOW("end", pam_end(NULL, 0));
    SHOW("authenticate", pam_authenticate(NULL, 0));
    SHOW("setcred", pam_setcred(NULL, 0));
    SHOW("acct_mgmt", pam_acct_mgmt(NULL, 0));
    SHOW("open_session", pam_open_session(NULL, 0));
    SHOW("close_session", pam_close_session(NULL, 0));
    SHOW("chauthtok", pam_chauthtok(NULL, 0));
    SHOW("get_item", pam_get_item(NULL, PAM_USER, &item));
    show_text("left", item);
    SHOW("get_item nowhere", pam_get_item(NULL, PAM_USER, NULL));
    SHOW("set_item", pam_set_item(NULL, PAM_USER, "x"));
    SHOW("get_user", pam_get_user(NULL, &text, NULL));
    show_text("left", text);
    SHOW("get_data", pam_get_data(NULL, "x", &item));
    SHOW("set_data", pam_set_data(NULL, "x", NULL, NULL));
    SHOW("fail_delay", pam_fail_delay(NULL, 1));
    SHOW("putenv", pam_putenv(NULL, "A=b"));
    show_text("getenv", pam_getenv(NULL, "A"));
    printf("  getenvlist %d\n", pam_getenvlist(NULL) != NULL);
    show_text("strerror", pam_strerror(NULL, 7));
    (void)answer;
}

static void items(void)
{
    static const int numbers[] = { 0, 1, 2, 3, 4, 6, 7, 8, 9, 11, 13, 14, -1, 99, INT_MAX, INT_MIN };
    pam_handle_t *handle = start("permit", NULL);
    for (size_t i = 0; i < COUNT(numbers); i++) {
        const void *one = "left", *two = "left";
        printf("item %d\n", numbers[i]);
        SHOW("get", pam_get_item(handle, numbers[i], &one));
        show_text("value", one);
        SHOW("get nowhere", pam_get_item(handle, numbers[i], NULL));
        SHOW("set", pam_set_item(handle, numbers[i], "Some \xc3\xa4 \xe4 Thing"));
        SHOW("get", pam_get_item(handle, numbers[i], &one));
        show_text("value", one);
        SHOW("set the same", pam_set_item(handle, numbers[i], one));
        SHOW("get", pam_get_item(handle, numbers[i], &two));
        printf("  kept %d\n", one == two);
        SHOW("set empty", pam_set_item(handle, numbers[i], ""));
        SHOW("get", pam_get_item(handle, numbers[i], &two));
        show_text("value", two);
        if (numbers[i] != PAM_SERVICE) { /* stock dies of it */
            SHOW("set null", pam_set_item(handle, numbers[i], NULL));
            SHOW("get", pam_get_item(handle, numbers[i], &two));
            show_text("value", two);
        }
    }
    SHOW("end", pam_end(handle, -1));
}

static void say_delay(int code, unsigned length, void *data)
{
    printf("  delay %d long %d data %s\n", code, length != 0, (const char *)data);
}

static void pointer_items(void)
{
    const struct pam_conv without = { NULL, "other" }, other = { converse, "other" };
    const struct pam_conv *got = NULL;
    const void *item = NULL;
    const char *user = "left";
    pam_handle_t *handle = start("permit", NULL);
    SHOW("get CONV", pam_get_item(handle, PAM_CONV, (const void **)&got));
    printf("  copy %d same %d\n", got != &conversation, got->conv == converse);
    SHOW("set CONV null", pam_set_item(handle, PAM_CONV, NULL));
    SHOW("set CONV", pam_set_item(handle, PAM_CONV, &other));
    SHOW("get_user", pam_get_user(handle, &user, NULL));
    show_text("user", user);
    SHOW("set CONV without", pam_set_item(handle, PAM_CONV, &without));
    SHOW("prompt", pam_prompt(handle, PAM_TEXT_INFO, NULL, "x"));
    SHOW("get_user known", pam_get_user(handle, &user, NULL));
    show_text("user", user);
    SHOW("get DELAY", pam_get_item(handle, PAM_FAIL_DELAY, &item));
    printf("  null %d\n", item == NULL);
    union {
        void (*function)(int, unsigned, void *);
        const void *item;
    } delay = { say_delay };
    SHOW("set DELAY", pam_set_item(handle, PAM_FAIL_DELAY, delay.item));
    SHOW("get DELAY", pam_get_item(handle, PAM_FAIL_DELAY, &item));
    printf("  same %d\n", item == delay.item);
    SHOW("authenticate", pam_authenticate(handle, 0));
    SHOW("set DELAY null", pam_set_item(handle, PAM_FAIL_DELAY, NULL));
    SHOW("get DELAY", pam_get_item(handle, PAM_FAIL_DELAY, &item));
    printf("  null %d\n", item == NULL);
    SHOW("end", pam_end(handle, 0));
    handle = start("permit", "known");
    /* Stock asks for a token all the same, and puts it into any item that is named. */
    SHOW("get_authtok nowhere", pam_get_authtok(handle, PAM_AUTHTOK, NULL, NULL));
    SHOW("audit_write", pam_modutil_audit_write(handle, 1100, "text", 0));
    SHOW("end", pam_end(handle, 0));
}

static void show_xauth(pam_handle_t *handle)
{
    const struct pam_xauth_data *got = NULL;
    SHOW("get", pam_get_item(handle, PAM_XAUTHDATA, (const void **)&got));
    int length = got->namelen, whole = got->name == NULL ? 0 : (int)strlen(got->name);
    /* Stock keeps a length that is none; ours says how long the name is. */
    printf("  lengths %d %d\n", length < 0 || length > whole ? whole : length, got->datalen);
    show_text("name", got->name);
    for (int i = 0; got->data != NULL && i < got->datalen; i++) {
        printf("  byte %x", (unsigned char)got->data[i]);
    }
    printf("  data %d\n", got->data != NULL);
}

static void xauth(void)
{
    static const struct pam_xauth_data table[] = {
        { 4, "name", 5, "da\0ta" },    { 2, "name", 2, "data" },   { 100, "short", 4, "data" },
        { 0, "name", 4, "data" },      { -1, "name", 4, "data" },  { INT_MIN, "name", 4, "data" },
        { 4, NULL, 4, "data" },        { 0, NULL, 0, NULL },       { 4, "name", 4, NULL },
        { 4, "name", -1, "data" },     { 4, "name", INT_MIN, "data" },
        { INT_MAX, "name", 4, "data" }, { 4, "name", 1, "\xff" },  { 1, "", 1, "x" },
    };
    pam_handle_t *handle = start("permit", NULL);
    show_xauth(handle);
    for (size_t i = 0; i < COUNT(table); i++) {
        printf("xauth %zu\n", i);
        SHOW("set", pam_set_item(handle, PAM_XAUTHDATA, &table[i]));
        show_xauth(handle);
        const void *same = NULL;
        (void)pam_get_item(handle, PAM_XAUTHDATA, &same);
        SHOW("set the same", pam_set_item(handle, PAM_XAUTHDATA, same));
        show_xauth(handle);
        /* C: libpam frees by the lengths; those that are none are not left behind for pam_end. */
        SHOW("set", pam_set_item(handle, PAM_XAUTHDATA, &table[0]));
    }
    SHOW("end", pam_end(handle, 0));
}

static void environment(void)
{
    static const char *const table[] = {
        "A=1", "B=2", "A=3", "C=", "D", "", "=", "=x", "A", "A", "a=b=c", "sp ace=v", " =v", "B=\xff\n",
        "C", "LONG=" "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "\xe9=1",
    };
    static const char *const names[] = { "A", "B", "C", "", "=", "a", "a=", "sp ace", "LONG", "\xe9", "b" };
    pam_handle_t *handle = start("permit", NULL);
    SHOW("null", pam_putenv(handle, NULL));
    show_text("getenv null", pam_getenv(handle, NULL));
    for (size_t i = 0; i < COUNT(table); i++) {
        show_text("putenv", table[i]);
        SHOW("code", pam_putenv(handle, table[i]));
        char **list = pam_getenvlist(handle);
        printf("  list %d\n", list != NULL);
        for (size_t at = 0; list != NULL && list[at] != NULL; at++) {
            show_text("   ", list[at]);
            free(list[at]);
        }
        free(list);
        for (size_t at = 0; at < COUNT(names); at++) {
            show_text(names[at], pam_getenv(handle, names[at]));
        }
    }
    const char *kept = pam_getenv(handle, "B");
    pam_putenv(handle, "OTHER=x");
    show_text("still", kept);
    SHOW("end", pam_end(handle, 0));
}

static void show_service(pam_handle_t *handle)
{
    const void *item = "left";
    SHOW("get SERVICE", pam_get_item(handle, PAM_SERVICE, &item));
    show_text("service", item);
}

static void services(void)
{
    static const char *const table[] = {
        "permit", "PERMIT", "deny", "nowhere", "", "/", "..", ".", "a/b/permit", "/etc/permit", "../permit",
        "../../etc/passwd", "permit/", "p\xe4rmit", "broken", "permit ", " permit", "per\nmit", "other",
        "loop", "permit\t",
    };
    char path[4096];
    for (size_t i = 0; i < COUNT(table); i++) {
        pam_handle_t *handle = NOWHERE;
        show_text("start", table[i]);
        int code = pam_start_confdir(table[i], NULL, &conversation, confdir, &handle);
        printf("  code %d handle %d\n", code, handle != NULL);
        if (code == PAM_SUCCESS) {
            show_service(handle);
            SHOW("authenticate", pam_authenticate(handle, 0));
            SHOW("end", pam_end(handle, 0));
        }
        handle = start("permit", NULL);
        show_text("change to", table[i]);
        SHOW("authenticate", pam_authenticate(handle, 0));
        SHOW("set SERVICE", pam_set_item(handle, PAM_SERVICE, table[i]));
        show_service(handle);
        SHOW("setcred", pam_setcred(handle, 0));
        SHOW("acct_mgmt", pam_acct_mgmt(handle, 0));
        SHOW("authenticate", pam_authenticate(handle, 0));
        SHOW("set SERVICE back", pam_set_item(handle, PAM_SERVICE, "permit"));
        SHOW("authenticate", pam_authenticate(handle, 0));
        SHOW("end", pam_end(handle, 0));
    }
    static const char *const places[] = { "%s/permit", "%s/../policies/permit", "../policies/permit" };
    for (size_t i = 0; i < COUNT(places); i++) {
        pam_handle_t *handle = start("deny", NULL);
        snprintf(path, sizeof path, places[i], confdir);
        SHOW("set SERVICE to a path", pam_set_item(handle, PAM_SERVICE, path));
        SHOW("authenticate", pam_authenticate(handle, 0));
        SHOW("end", pam_end(handle, 0));
        SHOW("start with a path", pam_start_confdir(path, NULL, &conversation, confdir, &handle));
        SHOW("authenticate", pam_authenticate(handle, 0));
        SHOW("end", pam_end(handle, 0));
    }
    static const char *const directories[] = { "", "/nowhere", ".", "policies", "/etc/passwd" };
    for (size_t i = 0; i < COUNT(directories); i++) {
        pam_handle_t *handle = NOWHERE;
        show_text("confdir", directories[i]);
        int code = pam_start_confdir("permit", NULL, &conversation, directories[i], &handle);
        printf("  code %d handle %d\n", code, handle != NULL);
        if (code == PAM_SUCCESS) {
            SHOW("authenticate", pam_authenticate(handle, 0));
            SHOW("end", pam_end(handle, 0));
        }
    }
}

static const int odd_codes[] = { 0, 1, 5, 6, 7, 19, 25, 30, 31, 32, 99, -1, INT_MAX, INT_MIN };

static void talking(void)
{
    for (size_t i = 0; i < COUNT(odd_codes); i++) {
        for (int responds = 0; responds < 3; responds++) {
            if (odd_codes[i] == PAM_SUCCESS && responds == 2) {
                /* covered, and one more for the empty text */
                plan.answer = "";
                responds = 1;
            }
            plan.code = odd_codes[i];
            plan.responds = responds;
            const char *user = "left";
            char *answer = NULL;
            pam_handle_t *handle = start("permit", NULL);
            printf("conversation answers %d responds %d\n", plan.code, responds);
            SHOW("get_user", pam_get_user(handle, &user, NULL));
            show_text("user", user);
            SHOW("again", pam_get_user(handle, &user, NULL));
            SHOW("another prompt", pam_get_user(handle, &user, "other"));
            SHOW("set USER_PROMPT", pam_set_item(handle, PAM_USER_PROMPT, "who?"));
            SHOW("again", pam_get_user(handle, &user, NULL));
            SHOW("set USER", pam_set_item(handle, PAM_USER, "known"));
            SHOW("again", pam_get_user(handle, &user, "third"));
            show_text("user", user);
            SHOW("prompt", pam_prompt(handle, PAM_PROMPT_ECHO_OFF, &answer, "say: "));
            show_text("answer", answer);
            free(answer);
            SHOW("unwanted", pam_prompt(handle, PAM_PROMPT_ECHO_ON, NULL, "say: "));
            SHOW("end", pam_end(handle, 0));
            if (plan.answer[0] == '\0') {
                plan.answer = "said";
                break;
            }
        }
    }
    plan.code = PAM_SUCCESS;
    plan.responds = 1;
}

/* One of the scenes of module.c, and all that an application may call around it. */
static void scene(const char *service)
{
    const void *item = "left";
    pam_handle_t *handle = start(service, "somebody");
    SHOW("get_data", pam_get_data(handle, "first", &item));
    SHOW("set_data", pam_set_data(handle, "first", NULL, NULL));
    SHOW("authenticate", pam_authenticate(handle, 0));
    SHOW("get AUTHTOK", pam_get_item(handle, PAM_AUTHTOK, &item));
    show_text("token", item);
    SHOW("setcred", pam_setcred(handle, 0));
    SHOW("acct_mgmt", pam_acct_mgmt(handle, 0));
    SHOW("open_session", pam_open_session(handle, 0));
    SHOW("close_session", pam_close_session(handle, 0));
    SHOW("chauthtok", pam_chauthtok(handle, 0));
    SHOW("end", pam_end(handle, PAM_AUTH_ERR | PAM_DATA_SILENT));
}

typedef int (*primitive)(pam_handle_t *, int);
static const primitive primitives[] = {
    pam_authenticate, pam_setcred, pam_acct_mgmt, pam_open_session, pam_close_session, pam_chauthtok,
};

static void flags(void)
{
    static const int table[] = { 0, 1, 2, 4, 8, 16, 32, 6, 0x8000, 0x8002, 0x2000, 0x4000, 0x6000, 64,
                                 0x10000, -1, INT_MAX, INT_MIN };
    for (size_t i = 0; i < COUNT(table); i++) {
        pam_handle_t *handle = start("plain", "somebody");
        for (size_t at = 0; at < COUNT(primitives); at++) {
            printf("flags %x\n", (unsigned)table[i]);
            SHOW("code", primitives[at](handle, table[i]));
        }
        SHOW("end", pam_end(handle, table[i]));
    }
}

/* Codes that are none, under every control: none of them may come out as success. */
static void codes(const char *prefix)
{
    static const char *const controls[] = { "required", "requisite", "sufficient", "optional", "all" };
    static const char *const names[] = { "-1", "32", "33", "1000", "2147483647", "-2147483648", "31", "25",
                                         "4294967296", "-256", "256" };
    for (size_t i = 0; i < COUNT(controls); i++) {
        for (size_t at = 0; at < COUNT(names); at++) {
            char service[64];
            snprintf(service, sizeof service, "%s-%s%s", prefix, controls[i], names[at]);
            pam_handle_t *handle = start(service, "somebody");
            printf("%s\n", service);
            for (size_t which = 0; which < COUNT(primitives); which++) {
                SHOW("code", primitives[which](handle, 0));
            }
            SHOW("end", pam_end(handle, 0));
        }
    }
}

static void waiting(const char *service)
{
    const void *item = NULL;
    pam_handle_t *handle = start(service, "somebody");
    SHOW("authenticate", pam_authenticate(handle, 0));
    SHOW("acct_mgmt", pam_acct_mgmt(handle, 0));
    SHOW("chauthtok", pam_chauthtok(handle, 0));
    SHOW("get_item", pam_get_item(handle, PAM_USER, &item));
    SHOW("authenticate", pam_authenticate(handle, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK));
    SHOW("authenticate", pam_authenticate(handle, 0));
    SHOW("authenticate", pam_authenticate(handle, 0));
    SHOW("setcred", pam_setcred(handle, 0));
    SHOW("end", pam_end(handle, 0));
}

static void changing(const char *service)
{
    pam_handle_t *handle = start(service, "somebody");
    SHOW("chauthtok", pam_chauthtok(handle, 0));
    SHOW("authenticate", pam_authenticate(handle, 0));
    SHOW("chauthtok", pam_chauthtok(handle, PAM_CHANGE_EXPIRED_AUTHTOK));
    SHOW("chauthtok", pam_chauthtok(handle, PAM_UPDATE_AUTHTOK));
    SHOW("chauthtok", pam_chauthtok(handle, 0));
    SHOW("chauthtok", pam_chauthtok(handle, 0));
    SHOW("end", pam_end(handle, 0));
}

static void delaying(const char *service)
{
    union {
        void (*function)(int, unsigned, void *);
        const void *item;
    } delay = { say_delay };
    pam_handle_t *handle = start(service, "somebody");
    SHOW("set", pam_set_item(handle, PAM_FAIL_DELAY, delay.item));
    SHOW("by the application", pam_fail_delay(handle, 0));
    for (int i = 0; i < 2; i++) {
        for (size_t at = 0; at < COUNT(primitives); at++) {
            SHOW("code", primitives[at](handle, 0));
        }
        SHOW("set SERVICE", pam_set_item(handle, PAM_SERVICE, "permit"));
    }
    SHOW("end", pam_end(handle, 0));
}

static void texts(void)
{
    static const int numbers[] = { -1, 32, 99, INT_MAX, INT_MIN };
    for (int code = 0; code < 32; code++) {
        show_text("text", pam_strerror(NOWHERE, code));
    }
    for (size_t i = 0; i < COUNT(numbers); i++) {
        show_text("text", pam_strerror(NULL, numbers[i]));
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    confdir = argv[1];
    setenv("CONFDIR", confdir, 1);
    const char *what = argv[2], *service = argc > 3 ? argv[3] : "permit";
    static const struct {
        const char *name;
        void (*plain)(void);
        void (*with)(const char *);
    } all[] = {
        { "no-handle", no_handle, NULL }, { "items", items, NULL },
        { "pointer-items", pointer_items, NULL }, { "xauth", xauth, NULL },
        { "environment", environment, NULL }, { "services", services, NULL },
        { "talking", talking, NULL }, { "scene", NULL, scene }, { "flags", flags, NULL },
        { "codes", NULL, codes }, { "waiting", NULL, waiting }, { "changing", NULL, changing },
        { "delaying", NULL, delaying }, { "texts", texts, NULL },
    };
    for (size_t i = 0; i < COUNT(all); i++) {
        if (strcmp(what, all[i].name) == 0) {
            if (all[i].plain != NULL) {
                all[i].plain();
            } else {
                all[i].with(service);
            }
            puts("done");
            return 0;
        }
    }
    return 2;
}
