/* Keyrings of the kernel, by system calls alone: libkeyutils is not everywhere. */

#include "c_library.h"

#include <errno.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* keyctl(operation, first, second): the kernel's answer, or `OSError`.  Operations that would
 * take a number for the address of something are refused. */
PyObject *c_keyctl(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long operation, first, second;
    if (!c_has(count, 3) || !c_long_of(arguments[0], 0, KEYCTL_LINK, &operation)
        || !c_long_of(arguments[1], INT_MIN, INT_MAX, &first)
        || !c_long_of(arguments[2], INT_MIN, INT_MAX, &second))
        return NULL;
    bool known = operation == KEYCTL_GET_KEYRING_ID || operation == KEYCTL_REVOKE
                 || operation == KEYCTL_LINK
                 || (operation == KEYCTL_JOIN_SESSION_KEYRING && first == 0);
    if (!known) {
        PyErr_SetString(PyExc_ValueError, "a number that is too small or too large");
        return NULL;
    }
    long result = syscall(SYS_keyctl, operation, first, second);
    return result < 0 ? c_failed(errno, NULL) : PyLong_FromLong(result);
}
