/* What an agent may be called: letters, digits and `_`, then perhaps `@` and a domain with dots. */

#include "client.h"

static bool is_letter_or_digit(char byte);

/*
 * DIALECT: C looks at every other character only, and pamc_load at none but `/`; here every
 * character of every name is looked at.
 */
bool agent_name_is_valid(const char *name, size_t length)
{
    bool in_domain = false;

    if (length == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        if (is_letter_or_digit(name[i]) || name[i] == '_')
            continue;
        if (in_domain && name[i] == '.')
            continue;
        if (in_domain || i == 0 || name[i] != '@')
            return false;
        in_domain = true;
    }
    /* Valid: no character was refused, and there was one. */
    return true;
}

/* ASCII whatever the locale: the name is a file's. */
static bool is_letter_or_digit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9');
}
