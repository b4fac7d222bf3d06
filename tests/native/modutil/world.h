/* What the calls may ask of the pretended C library in the driver. */

#ifndef MODUTIL_WORLD_H
#define MODUTIL_WORLD_H

/* The descriptor whose reads and writes follow a plan. */
enum { PLANNED_FD = 9000 };

/* Pretend to be `euid` in `groups` groups from now on; no id of the process changes. */
void world_be(unsigned euid, int groups);

/* The `nth` call of that name from now on fails with `error`, and only that one. */
void world_fail(const char *call, int nth, int error);

/* What reads and writes of PLANNED_FD answer: `3,e4,0` is 3 bytes, then errno 4, then nothing. */
void world_plan(const char *plan);

/* Who logged in, from now on; an empty name is nobody. */
void world_log_in(const char *name);

#endif
