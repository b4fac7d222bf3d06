/* One question to the applicant, and the line that comes back, from a terminal or from a pipe. */

#include "question.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "patience.h"

/*
 * C: 4095 bytes are read at most, with the newline if it fits.  What is left of a longer line is
 * the next answer from a pipe, and thrown away at a terminal.
 */
#define LINE_SIZE 4096

/* The terminal as it was found, and as it is while the applicant types. */
struct terminal {
    bool present;
    struct termios found;
    struct termios typing;
    sigset_t mask;
};

static bool terminal_take(struct terminal *terminal, bool echo);
static void terminal_give_back(const struct terminal *terminal);
static bool ask_until_answered(const struct terminal *terminal, const char *prompt, bool echo,
                               char line[LINE_SIZE], char **answer);
static ssize_t read_line(const struct terminal *terminal, char line[LINE_SIZE]);
static bool copy_line(char line[LINE_SIZE], size_t length, bool echo, char **answer);

bool question_ask(const char *prompt, bool echo, char **answer)
{
    struct terminal terminal;
    char line[LINE_SIZE];
    bool answered;

    *answer = NULL;
    if (!terminal_take(&terminal, echo))
        return false;
    answered = ask_until_answered(&terminal, prompt, echo, line, answer);
    explicit_bzero(line, sizeof line);
    terminal_give_back(&terminal);
    return answered;
}

static bool terminal_take(struct terminal *terminal, bool echo)
{
    sigset_t stop;

    memset(terminal, 0, sizeof *terminal);
    if (!isatty(STDIN_FILENO))
        return true;
    if (tcgetattr(STDIN_FILENO, &terminal->found) != 0)
        return false;
    terminal->present = true;
    terminal->typing = terminal->found;
    /* DIALECT: Linux-PAM sets ICANON and ECHOCTL for a shown answer since 1.5.3. */
    if (echo)
        terminal->typing.c_lflag |= ICANON | ECHOCTL;
    else
        terminal->typing.c_lflag &= ~(tcflag_t)ECHO;
    /* Nobody stops the program with ^Z while the echo is off. */
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    sigprocmask(SIG_BLOCK, &stop, &terminal->mask);
    return true;
}

static void terminal_give_back(const struct terminal *terminal)
{
    if (!terminal->present)
        return;
    sigprocmask(SIG_SETMASK, &terminal->mask, NULL);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->found);
}

static bool ask_until_answered(const struct terminal *terminal, const char *prompt, bool echo,
                               char line[LINE_SIZE], char **answer)
{
    struct alarm_clock clock;
    ssize_t length;

    for (int seconds = patience_left(); seconds >= 0; seconds = patience_left()) {
        /* What was typed before the question is no answer to it. */
        if (terminal->present)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &terminal->typing);
        fprintf(stderr, "%s", prompt == NULL ? "" : prompt);
        if (!alarm_clock_set(&clock, seconds))
            return false;
        length = read_line(terminal, line);
        if (terminal->present) {
            tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->found);
            /* The applicant's own newline was not shown, or there was none. */
            if (!echo || alarm_clock_rang())
                fputc('\n', stderr);
        }
        alarm_clock_stop(&clock);
        if (alarm_clock_rang()) {
            /* C: an answer in the last moment is asked for again. */
            explicit_bzero(line, LINE_SIZE);
            continue;
        }
        if (length > 0)
            return copy_line(line, (size_t)length, echo, answer);
        if (echo)
            fputc('\n', stderr);
        /* C: the end of the input is an answer, without text. */
        return length == 0;
    }
    return false;
}

/* Its length with the newline, 0 at the end of the input, -1 for an error or a signal. */
static ssize_t read_line(const struct terminal *terminal, char line[LINE_SIZE])
{
    ssize_t length = 0;

    if (terminal->present)
        return read(STDIN_FILENO, line, LINE_SIZE - 1);
    /* Byte by byte: the next line belongs to the next question, or to another program. */
    while (length < LINE_SIZE - 1) {
        ssize_t got = read(STDIN_FILENO, line + length, 1);

        if (got < 0)
            return -1;
        if (got == 0)
            break;
        if (line[length++] == '\n')
            break;
    }
    return length;
}

static bool copy_line(char line[LINE_SIZE], size_t length, bool echo, char **answer)
{
    if (line[length - 1] == '\n')
        length--;
    else if (echo)
        fputc('\n', stderr);
    line[length] = '\0';
    *answer = strdup(line);
    return *answer != NULL;
}
