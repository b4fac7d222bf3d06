/* Which module this file is: written over the text behind the mark, in a copy of the file.
 *
 * Empty: the policy names the file of the module, as in `pam_pamkit.so /path/module.py`. A name
 * (`pam_unix`): that module of pamkit's own. A path: that file. */

#include "foreign.h"

#include <stddef.h>

#define MARK "PAMKIT-MODULE-IS="
#define SIZE PAMKIT_NAME_SIZE

static const volatile struct {
    char mark[sizeof MARK - 1];
    char name[SIZE];
} serves = { MARK, "" };

void pamkit_module_name(char name[PAMKIT_NAME_SIZE])
{
    for (size_t i = 0; i < SIZE; i++) {
        name[i] = serves.name[i];
    }
    name[SIZE - 1] = '\0';
}
