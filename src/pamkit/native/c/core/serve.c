/* Serves the calls of the thin library: into Python, out again for what it asks, and back. */

#include "core.h"

#include <stddef.h>

PAMKIT_EXPORT void pamkit_serve(unsigned function, struct pamkit_call *call);

/* How many words each function takes; the others are not worth making objects of. */
static const unsigned char arity[PAMKIT_FUNCTIONS] = {
    [PAMKIT_START] = 4,
    [PAMKIT_END] = 2,
    [PAMKIT_AUTHENTICATE] = 2,
    [PAMKIT_SETCRED] = 2,
    [PAMKIT_ACCT_MGMT] = 2,
    [PAMKIT_OPEN_SESSION] = 2,
    [PAMKIT_CLOSE_SESSION] = 2,
    [PAMKIT_CHAUTHTOK] = 2,
    [PAMKIT_GET_ITEM] = 2,
    [PAMKIT_SET_ITEM] = 3,
    [PAMKIT_GET_USER] = 2,
    [PAMKIT_GET_AUTHTOK] = 3,
    [PAMKIT_GET_AUTHTOK_NOVERIFY] = 3,
    [PAMKIT_GET_AUTHTOK_VERIFY] = 4,
    [PAMKIT_GET_DATA] = 2,
    [PAMKIT_SET_DATA] = 4,
    [PAMKIT_GETENV] = 2,
    [PAMKIT_PUTENV] = 2,
    [PAMKIT_GETENVLIST] = 1,
    [PAMKIT_FAIL_DELAY] = 2,
    [PAMKIT_PROMPT] = 4,
    [PAMKIT_SYSLOG] = 3,
    [PAMKIT_AUDIT_WRITE] = 4,
    [PAMKIT_MODULE] = 6,
    [PAMKIT_FORGET] = 3,
};

static PyObject *begin(PyObject *function, unsigned words, const pamkit_word *word)
{
    PyObject *argument[6];
    unsigned made = 0;
    while (made < words) {
        argument[made] = PyLong_FromUnsignedLongLong(word[made]);
        if (argument[made] == NULL) {
            break;
        }
        made++;
    }
    PyObject *result = made < words ? NULL : PyObject_Vectorcall(function, argument, words, NULL);
    while (made > 0) {
        Py_DECREF(argument[--made]);
    }
    return result;
}

static bool read_word(PyObject *number, pamkit_word *word)
{
    if (!PyLong_CheckExact(number)) { /* `False` is 0, and 0 is success */
        PyErr_SetString(PyExc_TypeError, "no word");
        return false;
    }
    *word = PyLong_AsUnsignedLongMask(number);
    return true;
}

/* The last word of Python: a code, or a code and what is handed out. */
static bool finish(PyObject *result, struct pamkit_call *call)
{
    pamkit_word code, out = 0;
    if (PyTuple_CheckExact(result) && PyTuple_GET_SIZE(result) == 2) {
        if (!read_word(PyTuple_GET_ITEM(result, 0), &code) ||
            !read_word(PyTuple_GET_ITEM(result, 1), &out)) {
            return false;
        }
    } else if (!read_word(result, &code)) {
        return false;
    }
    call->out = out;
    call->answer = code; /* the function ran to its end, and this is what it says */
    return true;
}

static bool read_request(PyObject *asked, pamkit_word request[CORE_REQUEST_WORDS])
{
    if (!PyTuple_CheckExact(asked) || PyTuple_GET_SIZE(asked) > CORE_REQUEST_WORDS) {
        PyErr_SetString(PyExc_TypeError, "no request");
        return false;
    }
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(asked); i++) {
        if (!read_word(PyTuple_GET_ITEM(asked, i), &request[i])) {
            return false;
        }
    }
    return true;
}

/* Steps a coroutine to its end; false with an exception set, or without one if it is lost. */
static bool step(PyObject *coroutine, struct visit *visit, struct pamkit_call *call, bool *inside)
{
    PyObject *value = Py_None;
    Py_INCREF(value);
    for (;;) {
        PyObject *next = NULL;
        PySendResult sent = PyIter_Send(coroutine, value, &next);
        Py_DECREF(value);
        if (sent == PYGEN_ERROR) {
            return false;
        }
        if (sent == PYGEN_RETURN) {
            bool good = finish(next, call);
            Py_DECREF(next);
            return good;
        }
        pamkit_word request[CORE_REQUEST_WORDS] = { 0 };
        bool good = read_request(next, request);
        Py_DECREF(next);
        if (!good) {
            return false;
        }
        core_leave(visit);
        *inside = false;
        pamkit_word result = core_perform(request);
        *inside = core_enter(visit);
        if (!*inside) {
            return false; /* the refusal stands; what waits is lost with its thread */
        }
        value = PyLong_FromUnsignedLongLong(result);
        if (value == NULL) {
            return false;
        }
    }
}

/* The block of a handle; pamkit/doors/door.py lays it out. */
struct handle {
    const struct handle *self;
    int caller;
    pamkit_word conversation[2], xauthdata[4];
    pamkit_word copy[16];
};

_Static_assert(sizeof(void *) != 8 || offsetof(struct handle, copy) == 64, "as in door.py");

/* Modules read items all the time. One that was handed out and still stands is at hand here. */
static bool stands(unsigned function, struct pamkit_call *call)
{
    const struct handle *handle = (const struct handle *)call->word[0];
    if (function != PAMKIT_GET_ITEM || call->word[1] >= 16 || handle->self != handle ||
        handle->copy[call->word[1]] == 0) {
        return false;
    }
    call->out = handle->copy[call->word[1]];
    call->answer = 0; /* Python has answered the same before, and nothing has changed since */
    return true;
}

void pamkit_serve(unsigned function, struct pamkit_call *call)
{
    if (stands(function, call)) {
        return;
    }
    struct visit visit;
    PyObject *functions = core_functions();
    if (functions == NULL || function >= PAMKIT_FUNCTIONS || !core_enter(&visit)) {
        return;
    }
    bool inside = true, good = false;
    PyObject *result = begin(PyTuple_GET_ITEM(functions, function), arity[function], call->word);
    if (result != NULL && PyGen_CheckExact(result)) {
        good = step(result, &visit, call, &inside);
    } else if (result != NULL) {
        good = finish(result, call);
    }
    if (!inside) {
        return;
    }
    if (!good) {
        core_report_error("a call");
    }
    Py_XDECREF(result);
    core_leave(&visit);
}
