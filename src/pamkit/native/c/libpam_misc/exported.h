/* The public names, visible outside although the library hides what it does not say otherwise. */

#ifndef PAMKIT_LIBPAM_MISC_EXPORTED_H
#define PAMKIT_LIBPAM_MISC_EXPORTED_H

/*
 * C: a program that is not position independent holds its own copy of the data objects.  Only a
 * name of default visibility is looked up, so that library and program mean the same object.
 */
#pragma GCC visibility push(default)
#include <security/pam_misc.h>
#pragma GCC visibility pop

#endif
