/* How a public function reaches whoever serves it. */

#ifndef PAMKIT_REACH_H
#define PAMKIT_REACH_H

#include "door.h"

#include <stddef.h>

#define PAMKIT_SYSTEM_ERR 4 /* C: PAM_SYSTEM_ERR */

/* C: the headers promise compilers that no caller passes a null handle; callers do, and we look. */
#ifndef LIBPAM_COMPILE
#define LIBPAM_COMPILE 1
#endif

/* Serves the call; where nobody can, the refusal in `call->answer` stays. */
PAMKIT_HIDDEN void pamkit_reach(unsigned function, struct pamkit_call *call);

/* The return code of a served call: a refusal until it was served. */
static inline int pamkit_code(const struct pamkit_call *call)
{
    int code = (int)call->answer;
    /* A word that does not fit is no code: cut, it could be success. */
    return (pamkit_word)code == call->answer ? code : PAMKIT_SYSTEM_ERR;
}

/* The same for functions that answer a return code: `words` is a list of six or fewer. */
#define PAMKIT_CALL(refusal, ...) \
    { .answer = (pamkit_word)(refusal), .out = 0, .word = { __VA_ARGS__ } }

#endif
