/* What the files of `pam_modutil_*` share: the public declarations, exported as they stand. */

#ifndef PAMKIT_LIBPAM_MODUTIL_H
#define PAMKIT_LIBPAM_MODUTIL_H

/* C: the headers promise compilers that no caller passes a null handle; callers do, and we look. */
#ifndef LIBPAM_COMPILE
#define LIBPAM_COMPILE 1
#endif

/* INVARIANT: with -fvisibility=hidden exactly what a public header declares is visible. */
#pragma GCC visibility push(default)
#include <security/pam_modules.h>

#include <security/pam_ext.h>
#include <security/pam_modutil.h>
#pragma GCC visibility pop

#endif
