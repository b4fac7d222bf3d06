/* Whoever serves the calls of this shared object: the private core, or who came forward. */

#ifndef PAMKIT_OPENING_H
#define PAMKIT_OPENING_H

#include "../libpam/door.h"

/* The server in charge; the first call opens the core. NULL where there is none. */
PAMKIT_HIDDEN pamkit_server pamkit_find_server(void);

/* Puts somebody in charge and returns who was; NULL only asks. */
PAMKIT_HIDDEN pamkit_server pamkit_put_server(pamkit_server serve);

/* open_core.c: opens the core; NULL, and a line in the log, if that cannot be. */
PAMKIT_HIDDEN pamkit_server pamkit_open_core(void);

#endif
