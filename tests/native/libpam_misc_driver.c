/* A program that converses through misc_conv as its arguments say, and reports what came of it.
 *
 * libpam_misc_driver REPORT_FD [OPTION...] [MESSAGE...]
 *
 * MESSAGE is `off:TEXT`, `on:TEXT`, `error:TEXT`, `info:TEXT`, `style-N:TEXT`, `binary:HEX`, or
 * `null-STYLE:` for a message without text.
 * OPTION is one of those in `set_option`.  The report is one line of `word=value` for each call.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_appl.h>
#include <security/pam_misc.h>

#define MOST_MESSAGES 8

static struct pam_message messages[MOST_MESSAGES];
static const struct pam_message *pointers[MOST_MESSAGES];
static int count;
static int num_msg = -100;
static int calls = 1;
static unsigned int own_alarm;
static bool tells_alarm;
static FILE *report;

static volatile sig_atomic_t stops;
static volatile sig_atomic_t alarms;
static int frees;
static char appdata[] = "appdata";

static void on_stop(int number)
{
    (void)number;
    stops++;
}

static void on_alarm(int number)
{
    (void)number;
    alarms++;
}

static void on_interrupt(int number)
{
    (void)number;
}

static int answer_in_capitals(void *data, pamc_bp_t *prompt_p)
{
    size_t length = PAM_BP_LENGTH(*prompt_p);
    char text[256] = "";

    if (data != appdata || length > sizeof text)
        return PAM_SYSTEM_ERR;
    PAM_BP_EXTRACT(*prompt_p, 0, length, text);
    for (size_t i = 0; i < length; i++)
        if (text[i] >= 'a' && text[i] <= 'z')
            text[i] = (char)(text[i] - 'a' + 'A');
    PAM_BP_RENEW(prompt_p, PAM_BPC_DONE, length);
    PAM_BP_FILL(*prompt_p, 0, length, text);
    return PAM_SUCCESS;
}

static int answer_with_failure(void *data, pamc_bp_t *prompt_p)
{
    (void)data;
    (void)prompt_p;
    return PAM_CONV_ERR;
}

static int answer_with_nothing(void *data, pamc_bp_t *prompt_p)
{
    (void)data;
    PAM_BP_RENEW(prompt_p, 0, 0);
    return PAM_SUCCESS;
}

static void free_binary(void *data, pamc_bp_t *prompt_p)
{
    frees += data == appdata;
    PAM_BP_RENEW(prompt_p, 0, 0);
}

/* Away from a full second, so that no clock is asked while it turns. */
static time_t quiet_moment(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    while (now.tv_nsec < 100000000L || now.tv_nsec > 700000000L) {
        usleep(20000);
        clock_gettime(CLOCK_REALTIME, &now);
    }
    return now.tv_sec;
}

/* Lets the test do something first: a line on the report, a byte on the next descriptor. */
static void wait_for_test(int control)
{
    char byte;

    fputs("ready\n", report);
    fflush(report);
    while (read(control, &byte, 1) == -1 && errno == EINTR)
        continue;
}

static const char *value_of(const char *argument, const char *name)
{
    size_t length = strlen(name);

    return strncmp(argument, name, length) == 0 ? argument + length : NULL;
}

static bool set_option(const char *argument)
{
    const char *value;
    struct sigaction action = {0};

    if ((value = value_of(argument, "--warn=")) != NULL)
        pam_misc_conv_warn_time = quiet_moment() + atoll(value);
    else if ((value = value_of(argument, "--die=")) != NULL)
        pam_misc_conv_die_time = quiet_moment() + atoll(value);
    else if ((value = value_of(argument, "--warn-line=")) != NULL)
        pam_misc_conv_warn_line = value;
    else if ((value = value_of(argument, "--die-line=")) != NULL)
        pam_misc_conv_die_line = value;
    else if ((value = value_of(argument, "--count=")) != NULL)
        num_msg = atoi(value);
    else if ((value = value_of(argument, "--calls=")) != NULL)
        calls = atoi(value);
    else if ((value = value_of(argument, "--alarm=")) != NULL)
        own_alarm = (unsigned int)atoi(value);
    else if ((value = value_of(argument, "--wait=")) != NULL)
        wait_for_test(atoi(value));
    else if (strcmp(argument, "--binary=capitals") == 0)
        pam_binary_handler_fn = answer_in_capitals;
    else if (strcmp(argument, "--binary=failure") == 0)
        pam_binary_handler_fn = answer_with_failure;
    else if (strcmp(argument, "--binary=nothing") == 0)
        pam_binary_handler_fn = answer_with_nothing;
    else if (strcmp(argument, "--binary-free=own") == 0)
        pam_binary_handler_free = free_binary;
    else if (strcmp(argument, "--handle-stop") == 0) {
        action.sa_handler = on_stop;
        sigaction(SIGTSTP, &action, NULL);
    } else if (strcmp(argument, "--handle-interrupt") == 0) {
        action.sa_handler = on_interrupt;
        sigaction(SIGINT, &action, NULL);
    } else if (strcmp(argument, "--own-terminal") == 0) {
        if (setsid() == -1 || ioctl(STDIN_FILENO, TIOCSCTTY, 0) == -1)
            exit(4);
    } else if (strcmp(argument, "--report-alarm") == 0)
        tells_alarm = true;
    else if (strcmp(argument, "--closed-stdin") == 0)
        close(STDIN_FILENO);
    else if (strcmp(argument, "--closed-stderr") == 0)
        close(STDERR_FILENO);
    else
        return false;
    return true;
}

static char *unhex(const char *hex)
{
    size_t size = strlen(hex) / 2;
    char *bytes = calloc(1, size + 8);

    for (size_t i = 0; bytes != NULL && i < size; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

        bytes[i] = (char)strtol(pair, NULL, 16);
    }
    return bytes;
}

static int style_of(const char *name)
{
    if (strncmp(name, "off", 3) == 0)
        return PAM_PROMPT_ECHO_OFF;
    if (strncmp(name, "on", 2) == 0)
        return PAM_PROMPT_ECHO_ON;
    if (strncmp(name, "error", 5) == 0)
        return PAM_ERROR_MSG;
    if (strncmp(name, "info", 4) == 0)
        return PAM_TEXT_INFO;
    if (strncmp(name, "binary", 6) == 0)
        return PAM_BINARY_PROMPT;
    return atoi(name + strlen("style-"));
}

static void add_message(const char *argument)
{
    const char *text = strchr(argument, ':');
    const char *without_text = value_of(argument, "null-");

    if (text++ == NULL || count == MOST_MESSAGES)
        exit(3);
    messages[count].msg_style = style_of(without_text == NULL ? argument : without_text);
    if (without_text != NULL)
        messages[count].msg = NULL;
    else if (messages[count].msg_style == PAM_BINARY_PROMPT)
        messages[count].msg = unhex(text);
    else
        messages[count].msg = text;
    pointers[count] = &messages[count];
    count++;
}

static void report_reply(const struct pam_response *reply, int style)
{
    size_t size;

    if (reply->resp == NULL) {
        fputs(" null", report);
        return;
    }
    size = style == PAM_BINARY_PROMPT ? PAM_BP_SIZE(reply->resp) : strlen(reply->resp);
    fprintf(report, " %d.", reply->resp_retcode);
    for (size_t i = 0; i < size; i++)
        fprintf(report, "%02x", (unsigned int)(unsigned char)reply->resp[i]);
}

static void drop_replies(struct pam_response *replies)
{
    for (int i = 0; i < count; i++)
        free(replies[i].resp);
    free(replies);
}

static void report_terminal(const struct termios *before)
{
    struct termios after;

    memset(&after, 0, sizeof after);
    if (tcgetattr(STDIN_FILENO, &after) != 0)
        return;
    fprintf(report, " terminal=%s",
            memcmp(before, &after, sizeof after) == 0 ? "as-before" : "changed");
}

static void report_signals(void)
{
    struct sigaction action;
    sigset_t mask;

    sigprocmask(SIG_BLOCK, NULL, &mask);
    sigaction(SIGALRM, NULL, &action);
    fprintf(report, " stops=%d masked=%d alarm-handler=%s", (int)stops,
            sigismember(&mask, SIGTSTP), action.sa_handler == on_alarm ? "own" : "other");
}

static void converse(void)
{
    struct pam_response *replies = (struct pam_response *)(void *)appdata;
    struct termios before;
    int code;

    memset(&before, 0, sizeof before);
    tcgetattr(STDIN_FILENO, &before);
    code = misc_conv(num_msg == -100 ? count : num_msg, pointers, &replies, appdata);
    fprintf(report, "code=%d replies=", code);
    if (code != PAM_SUCCESS) {
        fputs((void *)replies == (void *)appdata ? "untouched" : "touched", report);
    } else {
        for (int i = 0; i < count; i++)
            report_reply(&replies[i], messages[i].msg_style);
        drop_replies(replies);
    }
    fprintf(report, " died=%d warns=%d dies=%d frees=%d", pam_misc_conv_died,
            pam_misc_conv_warn_time != 0, pam_misc_conv_die_time != 0, frees);
    report_signals();
    report_terminal(&before);
    if (tells_alarm)
        fprintf(report, " alarm-in=%u", alarm(0));
    fputc('\n', report);
}

int main(int argc, char **argv)
{
    struct sigaction action = {0};

    if (argc < 2 || (report = fdopen(atoi(argv[1]), "w")) == NULL)
        return 2;
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, NULL);
    for (int i = 2; i < argc; i++)
        if (!set_option(argv[i]))
            add_message(argv[i]);
    if (own_alarm != 0)
        alarm(own_alarm);
    for (int i = 0; i < calls; i++)
        converse();
    for (int i = 0; i < count; i++)
        if (messages[i].msg_style == PAM_BINARY_PROMPT)
            free((void *)(size_t)messages[i].msg);
    fclose(report);
    return 0;
}
