/* The words that pass between the thin library and whoever serves it. */

#ifndef PAMKIT_DOOR_H
#define PAMKIT_DOOR_H

#include <stdint.h>

#define PAMKIT_HIDDEN __attribute__((visibility("hidden")))
#define PAMKIT_EXPORT __attribute__((visibility("default")))

typedef uintptr_t pamkit_word;

/* Which function is called; pamkit/doors/functions.py has the same list, a test compares. */
enum pamkit_function {
    PAMKIT_START,
    PAMKIT_END,
    PAMKIT_AUTHENTICATE,
    PAMKIT_SETCRED,
    PAMKIT_ACCT_MGMT,
    PAMKIT_OPEN_SESSION,
    PAMKIT_CLOSE_SESSION,
    PAMKIT_CHAUTHTOK,
    PAMKIT_GET_ITEM,
    PAMKIT_SET_ITEM,
    PAMKIT_GET_USER,
    PAMKIT_GET_AUTHTOK,
    PAMKIT_GET_AUTHTOK_NOVERIFY,
    PAMKIT_GET_AUTHTOK_VERIFY,
    PAMKIT_GET_DATA,
    PAMKIT_SET_DATA,
    PAMKIT_GETENV,
    PAMKIT_PUTENV,
    PAMKIT_GETENVLIST,
    PAMKIT_FAIL_DELAY,
    PAMKIT_PROMPT,
    PAMKIT_SYSLOG,
    PAMKIT_AUDIT_WRITE,
    PAMKIT_MODULE, /* a hook of a module in Python, for a foreign libpam */
    PAMKIT_FORGET, /* data that such a module kept is cleaned up */
    PAMKIT_FUNCTIONS,
    PAMKIT_CONVERSE = PAMKIT_FUNCTIONS, /* a Python program is asked; the core serves none */
};

/*
 * One call. The caller presets `answer` to a refusal; whoever serves the call replaces it when
 * the function has really been carried out, and then only. `out` is what the function hands
 * out beside its answer.
 */
struct pamkit_call {
    pamkit_word answer;
    pamkit_word out;
    pamkit_word word[6];
};

typedef void (*pamkit_server)(unsigned function, struct pamkit_call *call);

/*
 * The handle as C sees it. Linux-PAM's own tests write `caller` where Linux-PAM has it, at
 * offset 8: that place is part of the interface whether it was meant to be or not.
 */
enum pamkit_caller { PAMKIT_FROM_MODULE = 1, PAMKIT_FROM_APPLICATION = 2 };

#endif
