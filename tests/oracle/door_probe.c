/* A PAM module that tells what it is asked and answers what its arguments script. */
/*
 * Arguments, each of them once, in any order:
 *
 *   auth=CODES cred=CODES acct=CODES open_session=CODES close_session=CODES
 *   prechauthtok=CODES chauthtok=CODES
 *               What each primitive answers: words of a policy (`auth_err`), or any number.  The
 *               k-th time one line is asked in a transaction it answers the k-th of a list with
 *               commas, and goes on with the last.  Without one, and if there is no such code,
 *               the answer is success (so it is with pam_debug).
 *   @LINE       which line this is: the same line keeps its place in its lists.
 *   data=NAME   leave data under that name; its cleanup is told.
 *   token       set the token.
 *   slow        ask for a delay.
 *   nested      call the application's side, which is to be refused.
 *
 * The driver calls `probe_begin` before each transaction.  Compiled with PROBE_HALF the module
 * lacks the second primitive of each pair, and chauthtok.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <security/pam_appl.h>
#include <security/pam_modules.h>

#define EXPORTED __attribute__((visibility("default")))

typedef void listener(const char *line);

EXPORTED void probe_begin(listener *told);

enum { LINES = 256, TAG = 24, TOLD = 4096, DELAY = 1000 };

/* How often a line was asked for one of its lists. */
struct place {
    char line[TAG];
    const char *event;
    unsigned int asked;
};

static listener *tell;
static struct place places[LINES];
static size_t used;

static const char *const codes[] = {
    "success", "open_err", "symbol_err", "service_err", "system_err", "buf_err", "perm_denied",
    "auth_err", "cred_insufficient", "authinfo_unavail", "user_unknown", "maxtries",
    "new_authtok_reqd", "acct_expired", "session_err", "cred_unavail", "cred_expired", "cred_err",
    "no_module_data", "conv_err", "authtok_err", "authtok_recover_err", "authtok_lock_busy",
    "authtok_disable_aging", "try_again", "ignore", "abort", "authtok_expired", "module_unknown",
    "bad_item", "conv_again", "incomplete",
};

void probe_begin(listener *told)
{
    tell = told;
    used = 0;
}

/* Add text to a line that is to be told, unprintable bytes and blanks as %XX. */
static void add(char *line, size_t *length, const char *text, bool verbatim)
{
    for (; *text != '\0' && *length + 4 < TOLD; text++) {
        unsigned char byte = (unsigned char)*text;
        if (verbatim || (byte > ' ' && byte < 127 && byte != '%'))
            line[(*length)++] = *text;
        else
            *length += (size_t)snprintf(line + *length, 4, "%%%02X", byte);
    }
    line[*length] = '\0';
}

/* Return the value of an argument `name=value`, or a null pointer. */
static const char *value_of(const char *name, int argc, const char **argv)
{
    size_t length = strlen(name);
    for (int at = 0; at < argc; at++)
        if (strncmp(argv[at], name, length) == 0 && argv[at][length] == '=')
            return argv[at] + length + 1;
    return NULL;
}

static bool has(const char *word, int argc, const char **argv)
{
    for (int at = 0; at < argc; at++)
        if (strcmp(argv[at], word) == 0)
            return true;
    return false;
}

/* Return how often this line was asked for this list before. */
static unsigned int turn(const char *event, int argc, const char **argv)
{
    const char *line = "@";
    for (int at = 0; at < argc; at++)
        if (argv[at][0] == '@')
            line = argv[at];
    for (size_t at = 0; at < used; at++)
        if (places[at].event == event && strncmp(places[at].line, line, TAG - 1) == 0)
            return ++places[at].asked;
    if (used == LINES)
        return 0;
    struct place *place = &places[used++];
    snprintf(place->line, sizeof place->line, "%s", line);
    place->event = event;
    place->asked = 0;
    return 0;
}

static int code_of(const char *word, size_t length)
{
    char copy[TAG], *end;
    snprintf(copy, sizeof copy, "%.*s", (int)(length < TAG ? length : TAG), word);
    for (size_t code = 0; code < sizeof codes / sizeof *codes; code++)
        if (strcmp(copy, codes[code]) == 0)
            return (int)code;
    errno = 0;
    long number = strtol(copy, &end, 10);
    bool whole = end != copy && *end == '\0' && errno == 0;
    return whole && number >= INT_MIN && number <= INT_MAX ? (int)number : PAM_SUCCESS;
}

static int scripted(const char *event, int argc, const char **argv)
{
    const char *word = value_of(event, argc, argv);
    if (word == NULL)
        return PAM_SUCCESS;
    size_t length = strcspn(word, ",");
    if (word[length] == ',')
        for (unsigned int left = turn(event, argc, argv); left && word[length] == ','; left--) {
            word += length + 1;
            length = strcspn(word, ",");
        }
    return code_of(word, length);
}

static void clean(pam_handle_t *handle, void *data, int status)
{
    char line[TOLD];
    const void *service = NULL, *token = NULL;
    pam_get_item(handle, PAM_SERVICE, &service);
    /* Only a module may see the token: what the library takes us for. */
    const char *us = pam_get_item(handle, PAM_AUTHTOK, &token) == PAM_SUCCESS ? "module" : "program";
    size_t length = (size_t)snprintf(line, sizeof line, "cleaned 0x%x by %s%s in ",
                                     (unsigned int)status, us, token ? " token" : "");
    add(line, &length, service ? service : "(none)", false);
    add(line, &length, " ", true);
    add(line, &length, data, false);
    tell(line);
    free(data);
}

/* Tell the call: which primitive, flags, what the handle holds, the arguments. */
static void tell_call(pam_handle_t *handle, const char *event, int flags, int argc,
                      const char **argv)
{
    static const char *const tokens[] = {"", " token", " old", " token old"};
    char line[TOLD];
    const void *service = NULL, *token = NULL, *old = NULL;
    pam_get_item(handle, PAM_SERVICE, &service);
    pam_get_item(handle, PAM_AUTHTOK, &token);
    pam_get_item(handle, PAM_OLDAUTHTOK, &old);
    const char *held = tokens[(token ? 1 : 0) + (old ? 2 : 0)];
    size_t length = (size_t)snprintf(line, sizeof line, "asked %s 0x%x%s in ", event,
                                     (unsigned int)flags, held);
    add(line, &length, service ? service : "(none)", false);
    for (int at = 0; at < argc; at++) {
        add(line, &length, " ", true);
        add(line, &length, argv[at], false);
    }
    tell(line);
}

static void tell_code(const char *what, int code)
{
    char line[TAG + 16];
    snprintf(line, sizeof line, "%.20s %d", what, code);
    tell(line);
}

static void leave_data(pam_handle_t *handle, const char *name)
{
    const void *before = NULL;
    char *copy = strdup(name);
    if (copy == NULL)
        abort();
    tell_code("data", pam_get_data(handle, name, &before));
    int code = pam_set_data(handle, name, copy, clean);
    if (code != PAM_SUCCESS) {
        tell_code("no data", code);
        free(copy);
    }
}

static int answer(pam_handle_t *handle, const char *event, int flags, int argc, const char **argv)
{
    if (tell == NULL)
        return PAM_SERVICE_ERR;
    tell_call(handle, event, flags, argc, argv);
    const char *data = value_of("data", argc, argv);
    if (data != NULL)
        leave_data(handle, data);
    if (has("token", argc, argv))
        tell_code("token", pam_set_item(handle, PAM_AUTHTOK, "secret"));
    if (has("slow", argc, argv))
        tell_code("slow", pam_fail_delay(handle, DELAY));
    if (has("nested", argc, argv))
        tell_code("nested", pam_acct_mgmt(handle, 0));
    return scripted(event, argc, argv);
}

EXPORTED int pam_sm_authenticate(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    return answer(handle, "auth", flags, argc, argv);
}

EXPORTED int pam_sm_acct_mgmt(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    return answer(handle, "acct", flags, argc, argv);
}

EXPORTED int pam_sm_open_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    return answer(handle, "open_session", flags, argc, argv);
}

#ifndef PROBE_HALF

EXPORTED int pam_sm_setcred(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    return answer(handle, "cred", flags, argc, argv);
}

EXPORTED int pam_sm_close_session(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    return answer(handle, "close_session", flags, argc, argv);
}

EXPORTED int pam_sm_chauthtok(pam_handle_t *handle, int flags, int argc, const char **argv)
{
    const char *event = flags & PAM_PRELIM_CHECK ? "prechauthtok" : "chauthtok";
    return answer(handle, event, flags, argc, argv);
}

#endif
