/* The environment of the program, which whoever started it chose. */

#include "c_library.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* NULL, with an exception set, for what is no name. */
static const char *name_of(PyObject *argument)
{
    const char *name = c_text_of(argument);
    if (name != NULL && (*name == '\0' || strchr(name, '=') != NULL)) {
        PyErr_SetString(PyExc_ValueError, "no name of a variable");
        return NULL;
    }
    return name;
}

PyObject *c_variable(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    const char *name;
    if (!c_has(count, 1) || (name = name_of(arguments[0])) == NULL)
        return NULL;
    const char *value = getenv(name);
    if (value == NULL)
        Py_RETURN_NONE;
    return PyBytes_FromString(value);
}

PyObject *c_set_variable(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    const char *name, *value;
    if (!c_has(count, 2) || (name = name_of(arguments[0])) == NULL
        || !c_text_or_none(arguments[1], &value))
        return NULL;
    if ((value == NULL ? unsetenv(name) : setenv(name, value, 1)) != 0)
        return c_failed(errno, NULL);
    Py_RETURN_NONE;
}
