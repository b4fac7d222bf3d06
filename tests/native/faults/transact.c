/* One transaction of a careless program; its code is the exit status. */

/* transact SERVICE PASSWORD [COUNT]: ends with 100 + what pam_authenticate said last. */

#include "driver.h"

int main(int argc, char **argv)
{
    int code = PAM_SYSTEM_ERR;
    if (argc < 3)
        return BROKEN;
    for (int left = argc > 3 ? atoi(argv[3]) : 1; left > 0; left--)
        code = with_password(argv[1], argv[2]);
    return CODE_BASE + code;
}
