/* Bytes are overwritten when they die: a password that passed through leaves nothing behind. */

#include "core.h"

#include <string.h>

static destructor die;

static void wipe_and_die(PyObject *bytes)
{
    explicit_bzero(PyBytes_AS_STRING(bytes), (size_t)Py_SIZE(bytes));
    die(bytes);
}

void core_wipe_bytes(void)
{
    die = PyBytes_Type.tp_dealloc;
    if (die == NULL) { /* C: the type inherits the plain one of objects */
        die = (destructor)PyObject_Free;
    }
    PyBytes_Type.tp_dealloc = wipe_and_die;
}
