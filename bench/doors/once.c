/* One transaction in a process of its own: start, authenticate, end.
 * Usage: once SERVICE USER [DIRECTORY|-] [PASSWORD] */

#include "applicant.h"

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    const struct applicant applicant = {
        .service = argv[1],
        .user = argv[2],
        .directory = argc > 3 && strcmp(argv[3], "-") != 0 ? argv[3] : NULL,
        .password = argc > 4 ? argv[4] : NULL,
    };
    pam_handle_t *handle = start(&applicant);
    int code = pam_authenticate(handle, 0);
    pam_end(handle, code);
    return code;
}
