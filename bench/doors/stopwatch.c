/* Times a command with one directory of libraries after the other, in turn, many times.
 * Usage: stopwatch ROUNDS DIRECTORY,DIRECTORY... COMMAND [WORD...]
 * Prints a line each round: the milliseconds with each directory in LD_LIBRARY_PATH.
 * The command sees no other variable than PATH; it must succeed. */

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { MOST = 8 };

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double once(char **command, char *setting, const posix_spawn_file_actions_t *actions)
{
    char *environment[] = { setting, "PATH=/usr/bin:/bin:/usr/sbin:/sbin", NULL };
    pid_t child;
    int status;
    double before = milliseconds();
    if (posix_spawnp(&child, command[0], actions, NULL, command, environment) != 0 ||
        waitpid(child, &status, 0) != child || status != 0) {
        fprintf(stderr, "stopwatch: `%s` fails with %s\n", command[0], setting);
        exit(2);
    }
    return milliseconds() - before;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    char settings[MOST][1024];
    int count = 0;
    for (char *name = strtok(argv[2], ","); name != NULL && count < MOST; name = strtok(NULL, ","))
        snprintf(settings[count++], sizeof settings[0], "LD_LIBRARY_PATH=%s", name);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (long left = strtol(argv[1], NULL, 10); left > 0; left--) {
        for (int i = 0; i < count; i++)
            printf("%.4f%c", once(argv + 3, settings[i], &actions), i + 1 < count ? ' ' : '\n');
    }
    return 0;
}
