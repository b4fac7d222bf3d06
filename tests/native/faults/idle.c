/* Links the library and never calls it. */

#include "driver.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1000)
        return pam_authenticate(NULL, 0);
    return FINE;
}
