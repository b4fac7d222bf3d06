/* The value of a key in /etc/login.defs and files like it: `pam_modutil_search_key`. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include "modutil.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static const char BLANKS[] = " \t\n\v\f\r";

static char *value_in(char *line, const char *key);

/*
 * C: a malloc'ed string, or null.  The first line with the key counts.  The value reaches to `#` or
 * to the end of the line, with all blanks at its end (and the carriage return of a line from DOS).
 *
 * DIALECT: /etc/login.defs is a file like others, as where C is built without libeconf.
 */
char *pam_modutil_search_key(pam_handle_t *pamh, const char *file_name, const char *key)
{
    char *line = NULL;
    char *value = NULL;
    size_t room = 0;

    (void)pamh;
    if (file_name == NULL || key == NULL)
        return NULL;
    FILE *file = fopen(file_name, "re");
    if (file == NULL)
        return NULL;
    while (value == NULL && getline(&line, &room, file) > 0) {
        char *found = value_in(line, key);
        if (found == NULL)
            continue;
        value = strdup(found);
        if (value == NULL)
            break; /* not the next line's: it would not be the first */
    }
    free(line);
    fclose(file);
    return value;
}

static int is_same_but_for_case(const char *one, const char *other);

/* Cut up one line (which ends at a NUL, if it has one); null when it is about another key. */
static char *value_in(char *line, const char *key)
{
    line[strcspn(line, "#\n")] = '\0';
    char *name = line + strspn(line, BLANKS);
    if (*name == '\0')
        return NULL;
    /* C: the name ends at the first of these, and may be empty. */
    char *rest = name + strcspn(name, " \t=");
    char *value = rest + strspn(rest, " \t\n\v\f\r=");
    *rest = '\0';
    return is_same_but_for_case(name, key) ? value : NULL;
}

static char lower(char letter);

/* DIALECT: C compares in the locale of the program; a file says the same in each of them here. */
static int is_same_but_for_case(const char *one, const char *other)
{
    while (*one != '\0' && lower(*one) == lower(*other)) {
        one++;
        other++;
    }
    return lower(*one) == lower(*other);
}

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}
