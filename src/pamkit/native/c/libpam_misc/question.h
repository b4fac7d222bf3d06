/* One question to the applicant, and the line that comes back. */

#ifndef PAMKIT_LIBPAM_MISC_QUESTION_H
#define PAMKIT_LIBPAM_MISC_QUESTION_H

#include <stdbool.h>

/*
 * Prompts on stderr and reads a line from stdin, hidden unless `echo`.  True with the line, which
 * is the caller's to wipe and free, or with NULL at the end of the input; false if there is no
 * answer: an error, an interruption, or no time left.
 */
bool question_ask(const char *prompt, bool echo, char **answer);

#endif
