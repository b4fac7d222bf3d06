/* How long an answer is waited for: a moment to warn, a moment to give up, and an alarm clock. */

#include "patience.h"

#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "exported.h"

static int seconds_until(time_t moment, time_t now);
static void ring(int signal_number);

/* C: a signal handler has nothing but the process to tell it anything. */
static volatile sig_atomic_t rang = 0;

int patience_left(void)
{
    time_t now = time(NULL);

    rang = 0;
    if (pam_misc_conv_die_time != 0 && now >= pam_misc_conv_die_time) {
        fprintf(stderr, "%s", pam_misc_conv_die_line);
        /* C: the time stays, so that every later question fails at once. */
        pam_misc_conv_died = 1;
        return -1;
    }
    if (pam_misc_conv_warn_time != 0 && now >= pam_misc_conv_warn_time) {
        fprintf(stderr, "%s", pam_misc_conv_warn_line);
        /* C: one warning only, and programs see that it was given. */
        pam_misc_conv_warn_time = 0;
    }
    /* C: a warning that is due after the end still comes first, and the end with it. */
    if (pam_misc_conv_warn_time != 0)
        return seconds_until(pam_misc_conv_warn_time, now);
    if (pam_misc_conv_die_time != 0)
        return seconds_until(pam_misc_conv_die_time, now);
    return 0;
}

bool alarm_clock_set(struct alarm_clock *clock, int seconds)
{
    struct sigaction ours = {.sa_handler = ring};
    unsigned int pending;

    clock->set = false;
    if (seconds == 0)
        return true;
    sigemptyset(&ours.sa_mask);
    if (sigaction(SIGALRM, &ours, &clock->before) != 0)
        return false;
    pending = alarm((unsigned int)seconds);
    if (pending != 0) {
        /* The program waits for an alarm of its own.  DIALECT: C leaves it moved, here it is put
         * back to its time; refused by both. */
        sigaction(SIGALRM, &clock->before, NULL);
        alarm(pending);
        return false;
    }
    clock->set = true;
    return true;
}

void alarm_clock_stop(struct alarm_clock *clock)
{
    if (!clock->set)
        return;
    alarm(0);
    sigaction(SIGALRM, &clock->before, NULL);
    clock->set = false;
}

bool alarm_clock_rang(void)
{
    return rang != 0;
}

/* DIALECT: a moment too far away for an alarm is waited for in pieces; C may refuse at once. */
static int seconds_until(time_t moment, time_t now)
{
    time_t left = moment - now;

    return left > INT_MAX ? INT_MAX : (int)left;
}

static void ring(int signal_number)
{
    (void)signal_number;
    rang = 1;
}
