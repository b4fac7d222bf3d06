/* A shortage that passes: refused while it lasts, and all is well when it is over. */

/* recovery descriptors | memory | policies */

#include "driver.h"

#include <fcntl.h>
#include <sys/resource.h>

static void descriptors(void)
{
    struct rlimit limit = { 64, 64 };
    int taken[64];
    int count = 0;
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int fd; count < 64 && (fd = open("/dev/null", O_RDONLY)) >= 0;)
        taken[count++] = fd;
    for (int left = 3; left > 0; left--)
        wants_refusal(with_password("asks", "wrong"), "with no descriptor left");
    wants_refusal(with_password("deny", "right"), "with no descriptor left");
    while (count > 0)
        close(taken[--count]);
}

static void memory(void)
{
    struct rlimit before, little = { 1 << 20, 0 };
    getrlimit(RLIMIT_AS, &before);
    little.rlim_max = before.rlim_max;
    setrlimit(RLIMIT_AS, &little);
    for (int left = 3; left > 0; left--)
        wants_refusal(with_password("asks", "wrong"), "with no memory left");
    wants_refusal(with_password("deny", "right"), "with no memory left");
    setrlimit(RLIMIT_AS, &before);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return BROKEN;
    if (argv[1][0] == 'd')
        descriptors();
    else
        memory();
    check_both("asks", "after a shortage");
    return FINE;
}
