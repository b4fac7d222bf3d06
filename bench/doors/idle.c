/* A program that is linked with libpam and does not call it. Usage: idle */

#include <security/pam_appl.h>
#include <stddef.h>

int main(int argc, char **argv)
{
    (void)argv;
    return argc > 1 && pam_strerror(NULL, argc) == NULL;
}
