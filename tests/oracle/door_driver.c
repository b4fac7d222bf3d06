/* An ordinary PAM application that makes the calls its standard input tells it. */
/*
 * `door_driver MODULE...` loads the modules and keeps them, so that not every handle maps and
 * unmaps them again; those with a `probe_begin` report to the driver.  It reads lines:
 *
 *   confdir PATH        for pam_start_confdir; none (an empty one) for pam_start
 *   start SERVICE       begin a transaction
 *   call NAME FLAGS     make a call: authenticate, setcred, acct_mgmt, open_session, ...
 *   service NAME        change the service of the transaction
 *   end STATUS          end it
 *
 * and writes a line for each of them with the code, and before it what happened meanwhile:
 * what modules were asked, messages to the applicant, delays.  The first line says which
 * library that was.  After each transaction all is written out, so that whoever finds the driver
 * dead knows where.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_appl.h>

#define USER "applicant"
#define ANSWER "secret"

enum { MODULES = 8, HANGS = 60 /* seconds for a transaction; one takes a millisecond */ };

typedef void listener(const char *line);
typedef void probe_begin(listener *told);

struct primitive {
    const char *name;
    int (*call)(pam_handle_t *handle, int flags);
};

static const struct primitive primitives[] = {
    {"authenticate", pam_authenticate}, {"setcred", pam_setcred},
    {"acct_mgmt", pam_acct_mgmt},       {"open_session", pam_open_session},
    {"close_session", pam_close_session}, {"chauthtok", pam_chauthtok},
};

static probe_begin *begins[MODULES];
static size_t probes;

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...)
{
    va_list rest;
    va_start(rest, format);
    fputs("door_driver: ", stderr);
    vfprintf(stderr, format, rest);
    fputc('\n', stderr);
    va_end(rest);
    exit(EXIT_FAILURE);
}

static void heard_by_probe(const char *line)
{
    printf("  %s\n", line);
}

/* Show bytes, unprintable ones and blanks as %XX. */
static void show(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte > ' ' && byte < 127 && byte != '%')
            putchar(byte);
        else
            printf("%%%02X", byte);
    }
    putchar('\n');
}

static int converse(int count, const struct pam_message **messages,
                    struct pam_response **responses, void *data)
{
    if (count <= 0 || data != (void *)USER)
        return PAM_CONV_ERR;
    struct pam_response *block = calloc((size_t)count, sizeof *block);
    if (block == NULL)
        return PAM_BUF_ERR;
    for (int at = 0; at < count; at++) {
        int style = messages[at]->msg_style;
        printf("  said %d ", style);
        show(messages[at]->msg);
        if (style == PAM_PROMPT_ECHO_OFF || style == PAM_PROMPT_ECHO_ON)
            block[at].resp = strdup(ANSWER);
    }
    *responses = block;
    return PAM_SUCCESS; /* every message was shown, every prompt answered */
}

/* C: the library calls this for the application instead of sleeping; the time is random. */
static void delay(int code, unsigned int microseconds, void *data)
{
    printf("  delay %d %s%s\n", code, microseconds ? "some" : "none",
           data == (void *)USER ? "" : " (whose?)");
}

static void load_modules(int count, char **paths)
{
    for (int at = 0; at < count; at++) {
        void *module = dlopen(paths[at], RTLD_NOW | RTLD_LOCAL);
        if (module == NULL)
            die("%s", dlerror());
        probe_begin *begin = (probe_begin *)dlsym(module, "probe_begin");
        if (begin != NULL && probes < MODULES)
            begins[probes++] = begin;
    }
}

static pam_handle_t *start(const char *confdir, const char *service)
{
    static const struct pam_conv conversation = {converse, (void *)USER};
    pam_handle_t *const before = (pam_handle_t *)&conversation;
    pam_handle_t *handle = before;
    for (size_t at = 0; at < probes; at++)
        begins[at](heard_by_probe);
    alarm(HANGS);
    int code = *confdir ? pam_start_confdir(service, USER, &conversation, confdir, &handle)
                        : pam_start(service, USER, &conversation, &handle);
    const char *left = handle == before ? " untouched" : handle == NULL ? " null" : "";
    printf("start %d%s\n", code, left);
    if (code != PAM_SUCCESS || handle == before)
        return NULL;
    const void *function = (const void *)delay;
    code = pam_set_item(handle, PAM_FAIL_DELAY, function);
    if (code != PAM_SUCCESS)
        printf("no delay %d\n", code);
    return handle;
}

static void call(pam_handle_t *handle, const char *arguments)
{
    char name[32];
    int flags;
    if (sscanf(arguments, "%31s %d", name, &flags) != 2)
        die("bad call: %s", arguments);
    for (size_t at = 0; at < sizeof primitives / sizeof *primitives; at++)
        if (strcmp(name, primitives[at].name) == 0) {
            int code = primitives[at].call(handle, flags);
            printf("%s %d\n", name, code);
            return;
        }
    die("unknown call: %s", name);
}

static void say_which_library(void)
{
    /* The pointer to ask about is what a program gets from the library, not its own stub. */
    Dl_info about;
    void *found = dlsym(RTLD_DEFAULT, "pam_authenticate");
    if (found == NULL || dladdr(found, &about) == 0)
        die("whose pam_authenticate is this?");
    printf("library %s\n", about.dli_fname);
    fflush(stdout);
}

/* Return what stands behind a word and a blank, or a null pointer if it is another word. */
static const char *after(const char *line, const char *word)
{
    size_t length = strlen(word);
    return strncmp(line, word, length) == 0 && line[length] == ' ' ? line + length + 1 : NULL;
}

int main(int argc, char **argv)
{
    static char output[1 << 16], confdir[PATH_MAX];
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    pam_handle_t *handle = NULL;

    setvbuf(stdout, output, _IOFBF, sizeof output);
    setlogmask(LOG_UPTO(LOG_EMERG));
    load_modules(argc - 1, argv + 1);
    say_which_library();
    while ((length = getline(&line, &room, stdin)) > 0) {
        const char *rest;
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        if ((rest = after(line, "confdir")) != NULL) {
            if ((size_t)snprintf(confdir, sizeof confdir, "%s", rest) >= sizeof confdir)
                die("too long: %s", rest);
        } else if ((rest = after(line, "start")) != NULL) {
            handle = start(confdir, rest);
        } else if ((rest = after(line, "end")) != NULL) {
            if (handle != NULL)
                printf("end %d\n", pam_end(handle, atoi(rest)));
            handle = NULL;
            puts(".");
            fflush(stdout);
        } else if (handle == NULL) {
            continue; /* it could not be started */
        } else if ((rest = after(line, "call")) != NULL) {
            call(handle, rest);
        } else if ((rest = after(line, "service")) != NULL) {
            printf("service %d\n", pam_set_item(handle, PAM_SERVICE, rest));
        } else {
            die("unknown line: %s", line);
        }
    }
    free(line);
    return ferror(stdin) || ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}
