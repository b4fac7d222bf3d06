/* Starts a program under conditions: limits, closed descriptors, a user, an environment. */

/* under WORD... -- PROGRAM ARGUMENT...; the words are in the table of `apply`. */

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif

enum { UNUSABLE = 125 };

static const struct { const char *word; __rlimit_resource_t resource; } LIMITS[] = {
    { "as=", RLIMIT_AS }, { "data=", RLIMIT_DATA }, { "stack=", RLIMIT_STACK },
    { "nofile=", RLIMIT_NOFILE }, { "nproc=", RLIMIT_NPROC }, { "fsize=", RLIMIT_FSIZE },
    { "cpu=", RLIMIT_CPU },
};

static const char *after(const char *word, const char *start)
{
    size_t length = strlen(start);
    return strncmp(word, start, length) == 0 ? word + length : NULL;
}

static bool become(const char *value)
{
    unsigned int id = (unsigned int)strtoul(value, NULL, 10);
    return setgroups(0, NULL) == 0 && setgid(id) == 0 && setuid(id) == 0;
}

static bool enter(const char *root)
{
    return chroot(root) == 0 && chdir("/") == 0;
}

static bool shut(const char *digits)
{
    for (; *digits != '\0'; digits++)
        close(*digits - '0');
    return true;
}

static bool fill(void)
{
    int made;
    do
        made = open("/dev/null", O_RDWR);
    while (made >= 0);
    return errno == EMFILE;
}

static bool apply(const char *word)
{
    const char *value;
    for (size_t at = 0; at < sizeof LIMITS / sizeof *LIMITS; at++)
        if ((value = after(word, LIMITS[at].word)) != NULL) {
            rlim_t limit = strtoul(value, NULL, 10);
            struct rlimit both = { limit, limit };
            return setrlimit(LIMITS[at].resource, &both) == 0;
        }
    if ((value = after(word, "uid=")) != NULL)
        return become(value);
    if ((value = after(word, "root=")) != NULL)
        return enter(value);
    if ((value = after(word, "shut=")) != NULL)
        return shut(value);
    if (after(word, "set=") != NULL)
        return true; /* not now: what comes after it would obey */
    if ((value = after(word, "ignore=")) != NULL)
        return signal(atoi(value), SIG_IGN) != SIG_ERR;
    if (strcmp(word, "fill") == 0)
        return fill();
    if (strcmp(word, "mdwe") == 0)
        return prctl(PR_SET_MDWE, 1, 0, 0, 0) == 0;
    return false;
}

int main(int argc, char **argv)
{
    int at = 1;
    for (; at < argc && strcmp(argv[at], "--") != 0; at++)
        if (!apply(argv[at])) {
            fprintf(stderr, "under: `%s`: %s\n", argv[at], strerror(errno));
            return UNUSABLE;
        }
    if (at + 1 >= argc)
        return UNUSABLE;
    for (int word = 1; word < at; word++)
        if (after(argv[word], "set=") != NULL)
            putenv(argv[word] + strlen("set="));
    execv(argv[at + 1], argv + at + 1);
    /* Too little memory even for the program itself: the kernel's refusal, and nobody's grant. */
    return UNUSABLE + 1;
}
