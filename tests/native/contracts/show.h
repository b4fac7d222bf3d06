/* How the drivers print what a function answered. */

#ifndef PAMKIT_TEST_SHOW_H
#define PAMKIT_TEST_SHOW_H

#define LIBPAM_COMPILE 1 /* C: the headers promise that no null pointer is given; here some are */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOW(what, call) printf("  %s %d\n", (what), (call))

static inline void show_text(const char *what, const void *text)
{
    printf("  %s ", what);
    if (text == NULL) {
        printf("null");
    }
    for (const unsigned char *byte = text; byte != NULL && *byte != '\0'; byte++) {
        printf(*byte < 32 || *byte > 126 ? "\\x%02x" : "%c", *byte);
    }
    printf("|\n");
}

#endif
