/* Keyrings of the kernel, by system calls alone: libkeyutils is not everywhere. */

#include "c_library.h"

#include <errno.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    MOST_OF_A_KEY = 32767, /* C: what the kernel takes for a key of the type `user` */
};

/* keyctl(operation, first, second): the kernel's answer, or `OSError`.  Operations that would
 * take a number for the address of something are refused. */
PyObject *c_keyctl(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long operation, first, second;
    if (!c_has(count, 3) || !c_long_of(arguments[0], 0, KEYCTL_SET_TIMEOUT, &operation)
        || !c_long_of(arguments[1], INT_MIN, INT_MAX, &first)
        || !c_long_of(arguments[2], INT_MIN, INT_MAX, &second))
        return NULL;
    bool known = operation == KEYCTL_GET_KEYRING_ID || operation == KEYCTL_REVOKE
                 || operation == KEYCTL_LINK || operation == KEYCTL_UNLINK
                 || operation == KEYCTL_SET_TIMEOUT
                 || (operation == KEYCTL_JOIN_SESSION_KEYRING && first == 0);
    if (!known) {
        PyErr_SetString(PyExc_ValueError, "a number that is too small or too large");
        return NULL;
    }
    long result = syscall(SYS_keyctl, operation, first, second);
    return result < 0 ? c_failed(errno, NULL) : PyLong_FromLong(result);
}

/* add_key(name, data, keyring): the number of a key of the type `user`, new or filled anew. */
PyObject *c_add_key(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long keyring;
    if (!c_has(count, 3))
        return NULL;
    const char *name = c_text_of(arguments[0]);
    if (name == NULL || !c_long_of(arguments[2], INT_MIN, INT_MAX, &keyring))
        return NULL;
    if (!PyBytes_Check(arguments[1])) {
        PyErr_SetString(PyExc_TypeError, "expected bytes");
        return NULL;
    }
    long key = syscall(SYS_add_key, "user", name, PyBytes_AS_STRING(arguments[1]),
                       (size_t)PyBytes_GET_SIZE(arguments[1]), keyring);
    return key < 0 ? c_failed(errno, NULL) : PyLong_FromLong(key);
}

/* find_key(keyring, name): the number of a key of the type `user`. */
PyObject *c_find_key(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long keyring;
    if (!c_has(count, 2) || !c_long_of(arguments[0], INT_MIN, INT_MAX, &keyring))
        return NULL;
    const char *name = c_text_of(arguments[1]);
    if (name == NULL)
        return NULL;
    long key = syscall(SYS_keyctl, (long)KEYCTL_SEARCH, keyring, "user", name, 0L);
    return key < 0 ? c_failed(errno, NULL) : PyLong_FromLong(key);
}

/* read_key(key): what is in it. */
PyObject *c_read_key(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long key;
    char data[MOST_OF_A_KEY];
    if (!c_has(count, 1) || !c_long_of(arguments[0], INT_MIN, INT_MAX, &key))
        return NULL;
    long size = syscall(SYS_keyctl, (long)KEYCTL_READ, key, data, sizeof data);
    if (size < 0)
        return c_failed(errno, NULL);
    if ((size_t)size > sizeof data)
        return c_failed(EMSGSIZE, NULL); /* of another type: a piece of it would be none */
    PyObject *bytes = PyBytes_FromStringAndSize(data, size);
    explicit_bzero(data, (size_t)size);
    return bytes;
}
