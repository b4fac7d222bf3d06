/* How long an answer is waited for. */

#ifndef PAMKIT_LIBPAM_MISC_PATIENCE_H
#define PAMKIT_LIBPAM_MISC_PATIENCE_H

#include <signal.h>
#include <stdbool.h>

/* An alarm clock that was set, and what the program had in its place. */
struct alarm_clock {
    bool set;
    struct sigaction before;
};

/*
 * Seconds to wait from now: 0 for as long as it takes, -1 if the time is up.  Says so to the
 * applicant when the moment to warn or to give up has passed.
 */
int patience_left(void);

/* Wakes a read after `seconds`, never for 0.  False if the clock cannot be had. */
bool alarm_clock_set(struct alarm_clock *clock, int seconds);

/* Gives the clock back. */
void alarm_clock_stop(struct alarm_clock *clock);

/* Has it rung since patience_left? */
bool alarm_clock_rang(void);

#endif
