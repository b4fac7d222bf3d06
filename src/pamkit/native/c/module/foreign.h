/* What a module in Python is told of the libpam that asks it. */

#ifndef PAMKIT_FOREIGN_H
#define PAMKIT_FOREIGN_H

#include "../libpam/door.h"

#define PAMKIT_NAME_SIZE 256

/* The last word of PAMKIT_MODULE points to one; pamkit/doors/foreign.py reads it. */
struct pamkit_asked {
    pamkit_server libpam;
    char name[PAMKIT_NAME_SIZE];
};

/* libpam.c: the functions of the libpam that runs, in the words of our own. */
PAMKIT_HIDDEN void pamkit_libpam(unsigned function, struct pamkit_call *call);

/* serves.c: which module this file is; empty where the policy says it. */
PAMKIT_HIDDEN void pamkit_module_name(char name[PAMKIT_NAME_SIZE]);

#endif
