/* The descriptors of a filter that pam_filter puts between a program and its terminal. */
#ifndef PAM_FILTER_H
#define PAM_FILTER_H

#include <sys/file.h>

/* The terminal's side is 0, 1 and 2; the program's is: */
#define APPIN_FILENO 3  /* what the filter writes here, the program reads */
#define APPOUT_FILENO 4 /* the program's standard output */
#define APPERR_FILENO 5 /* the program's standard error */

/* The first number that is free. */
#define APPTOP_FILE 6

#endif
