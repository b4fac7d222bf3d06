/* Several Pythons in one process: the host's own, started before or after the first PAM call. */

/* pythons LIBPYTHON before|after|both [LIBPYTHON2]: the library is opened in local scope. */

#include "driver.h"

#include <dlfcn.h>

typedef void plain_function(void);
typedef int text_function(const char *);

static void run_python(const char *library, int finish)
{
    void *opened = dlopen(library, RTLD_NOW | RTLD_GLOBAL);
    if (opened == NULL)
        broken("%s", dlerror());
    plain_function *start = (plain_function *)dlsym(opened, "Py_Initialize");
    text_function *run = (text_function *)dlsym(opened, "PyRun_SimpleString");
    plain_function *end = (plain_function *)dlsym(opened, "Py_Finalize");
    if (start == NULL || run == NULL || end == NULL)
        broken("no Python in %s", library);
    start();
    if (run("import sys, json, threading; assert json.loads('[1]') == [1]") != 0)
        broken("the host's Python does not work");
    if (finish)
        end();
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return BROKEN;
    if (strcmp(argv[2], "after") != 0)
        run_python(argv[1], strcmp(argv[2], "both") == 0);
    for (int left = 20; left > 0; left--)
        check_both("asks", "beside another Python");
    wants_refusal(with_password("deny", "right"), "pam_deny beside another Python");
    if (strcmp(argv[2], "before") != 0)
        run_python(argv[argc > 3 ? 3 : 1], 1);
    for (int left = 20; left > 0; left--)
        check_both("asks", "after another Python");
    return FINE;
}
