/* From Python's values to C's, and from C's errors to Python's. */

#include "c_library.h"

#include <errno.h>
#include <string.h>

bool c_has(Py_ssize_t count, Py_ssize_t wanted)
{
    if (count == wanted)
        return true;
    PyErr_Format(PyExc_TypeError, "expected %zd arguments, got %zd", wanted, count);
    return false;
}

/* The text lives as long as the argument. */
const char *c_text_of(PyObject *argument)
{
    if (!PyBytes_Check(argument)) {
        PyErr_SetString(PyExc_TypeError, "expected bytes");
        return NULL;
    }
    const char *text = PyBytes_AS_STRING(argument);
    if (strlen(text) != (size_t)PyBytes_GET_SIZE(argument)) {
        PyErr_SetString(PyExc_ValueError, "a NUL in a text for C");
        return NULL;
    }
    return text;
}

bool c_text_or_none(PyObject *argument, const char **text)
{
    *text = argument == Py_None ? NULL : c_text_of(argument);
    return argument == Py_None || *text != NULL;
}

bool c_long_of(PyObject *argument, long low, long high, long *number)
{
    if (!PyLong_Check(argument)) {
        PyErr_SetString(PyExc_TypeError, "expected an integer");
        return false;
    }
    int overflow = 0;
    *number = PyLong_AsLongAndOverflow(argument, &overflow);
    if (overflow == 0 && *number >= low && *number <= high)
        return true;
    if (!PyErr_Occurred())
        PyErr_SetString(PyExc_ValueError, "a number that is too small or too large");
    return false;
}

bool c_id_of(PyObject *argument, id_t *id)
{
    if (!PyLong_Check(argument)) {
        PyErr_SetString(PyExc_TypeError, "expected an integer");
        return false;
    }
    unsigned long long number = PyLong_AsUnsignedLongLong(argument);
    if (PyErr_Occurred() || number > (id_t)-1) {
        PyErr_Clear();
        PyErr_SetString(PyExc_ValueError, "no number of a user or group");
        return false;
    }
    *id = (id_t)number;
    return true;
}

PyObject *c_failed(int code, const char *function)
{
    errno = code;
    return PyErr_SetFromErrnoWithFilename(PyExc_OSError, function);
}

PyObject *c_failed_because(int code, const char *reason)
{
    PyObject *arguments = Py_BuildValue("(is)", code, reason);
    if (arguments != NULL) {
        PyErr_SetObject(PyExc_OSError, arguments);
        Py_DECREF(arguments);
    }
    return NULL;
}
