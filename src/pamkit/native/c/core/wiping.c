/* Bytes are overwritten when they die: a password that passed through leaves nothing behind. */

#include "core.h"

#include <string.h>

static destructor bytes_die, bytearray_die;

static void wipe_bytes(PyObject *bytes)
{
    explicit_bzero(PyBytes_AS_STRING(bytes), (size_t)Py_SIZE(bytes));
    bytes_die(bytes);
}

/* Those that nobody wiped: hashes, and tokens whose hook ended in the middle. */
static void wipe_bytearray(PyObject *bytes)
{
    PyByteArrayObject *array = (PyByteArrayObject *)bytes;
    if (array->ob_bytes != NULL) {
        explicit_bzero(array->ob_bytes, (size_t)array->ob_alloc);
    }
    bytearray_die(bytes);
}

void core_wipe_bytes(void)
{
    bytes_die = PyBytes_Type.tp_dealloc;
    if (bytes_die == NULL) { /* C: the type inherits the plain one of objects */
        bytes_die = (destructor)PyObject_Free;
    }
    PyBytes_Type.tp_dealloc = wipe_bytes;
    bytearray_die = PyByteArray_Type.tp_dealloc;
    PyByteArray_Type.tp_dealloc = wipe_bytearray;
}
