/* Calls on the spot, out of a running hook: Python's built-in module `_pamkit_foreign`.
 *
 * What waits or converses is asked for outside, with no frame of Python on the stack (perform.c).
 * Two things cannot be: reading and setting what a foreign libpam keeps, which calls nobody, and
 * whatever a function does that was written to wait, as those for pam_python are. */

#include "core.h"

#include <marshal.h>
#include <pthread.h>
#include <sched.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>

#ifndef PAMKIT_STANDARD_LIBRARY
#define PAMKIT_STANDARD_LIBRARY ""
#endif

void pamkit_serve(unsigned function, struct pamkit_call *call);

#define PATIENCE 10000000

static PyObject *perform(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    (void)self;
    pamkit_word request[CORE_REQUEST_WORDS] = { 0 };
    if (count < 1 || count > CORE_REQUEST_WORDS) {
        PyErr_SetString(PyExc_TypeError, "no request");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        request[i] = PyLong_AsUnsignedLongMask(arguments[i]);
        if (request[i] == (pamkit_word)-1 && PyErr_Occurred()) {
            return NULL;
        }
    }
    /* A thread that is cancelled out there would leave its frames behind. */
    struct visit outside = { .cancelling = PTHREAD_CANCEL_DISABLE };
    core_leave(&outside);
    pamkit_word result = core_perform(request);
    for (unsigned tries = 0; !core_enter(&outside); tries++) {
        if (tries == PATIENCE) {
            abort(); /* C: there are frames of Python below that nobody can go back to */
        }
        sched_yield(); /* another thread forks, and is short of memory */
    }
    return PyLong_FromUnsignedLongLong(result);
}

/* C: libpam calls it for data that a hook in Python keeps: a number, known in Python alone. */
static void forget(pam_handle_t *handle, void *data, int status)
{
    struct pamkit_call call = {
        .answer = PAM_SYSTEM_ERR,
        .word = { (pamkit_word)handle, (pamkit_word)data, (pamkit_word)status },
    };
    pamkit_serve(PAMKIT_FORGET, &call);
}

static PyObject *cleanup(PyObject *self, PyObject *nothing)
{
    (void)self;
    (void)nothing;
    union {
        void (*function)(pam_handle_t *, void *, int);
        void *object;
    } address = { forget };
    return PyLong_FromVoidPtr(address.object);
}

static PyObject *standard_library(PyObject *self, PyObject *nothing)
{
    (void)self;
    (void)nothing;
    return PyUnicode_FromString(PAMKIT_STANDARD_LIBRARY);
}

/* Code that is frozen and must run under another name than `import` would give it. */
static PyObject *frozen_code(PyObject *self, PyObject *name)
{
    (void)self;
    const char *wanted = PyUnicode_AsUTF8(name);
    if (wanted == NULL) {
        return NULL;
    }
    for (const struct _frozen *entry = pamkit_frozen; entry->name != NULL; entry++) {
        if (strcmp(entry->name, wanted) == 0) {
            return PyMarshal_ReadObjectFromString((const char *)entry->code, entry->size);
        }
    }
    PyErr_SetString(PyExc_ImportError, "there is no such frozen code");
    return NULL;
}

static PyMethodDef methods[] = {
    { "perform", (PyCFunction)(void (*)(void))perform, METH_FASTCALL,
      "Carry out a request here and now; return its result." },
    { "cleanup", cleanup, METH_NOARGS, "Return the address of the cleanup of data in Python." },
    { "frozen_code", frozen_code, METH_O, "Return the code of a frozen module." },
    { "standard_library", standard_library, METH_NOARGS,
      "Return where the files of the standard library lie; empty if none are used." },
    { NULL, NULL, 0, NULL },
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_pamkit_foreign", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit__pamkit_foreign(void)
{
    return PyModuleDef_Init(&definition);
}
