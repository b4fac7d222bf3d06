/* Who the calling thread is.
 *
 * The C library's `setgroups` and `setresuid` change every thread of a process, as POSIX wants;
 * the kernel's own, called here, change one. */

#include "c_library.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* C: where there are older calls with numbers of 16 bits, the others have another name. */
#ifdef SYS_setgroups32
enum {
    SET_GROUPS = SYS_setgroups32,
    SET_USER_IDS = SYS_setresuid32,
    SET_GROUP_IDS = SYS_setresgid32,
};
#else
enum {
    SET_GROUPS = SYS_setgroups,
    SET_USER_IDS = SYS_setresuid,
    SET_GROUP_IDS = SYS_setresgid,
};
#endif

/* `None`, or NULL with `OSError` set: a call of the kernel that did not answer 0 has failed. */
static PyObject *none_or_failed(long result)
{
    if (result != 0)
        return c_failed(errno, NULL);
    Py_RETURN_NONE;
}

PyObject *c_set_groups(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    if (!c_has(count, 1))
        return NULL;
    PyObject *numbers = PySequence_Fast(arguments[0], "expected a sequence of integers");
    if (numbers == NULL)
        return NULL;
    size_t size = (size_t)PySequence_Fast_GET_SIZE(numbers);
    gid_t *groups = calloc(size + 1, sizeof *groups);
    PyObject *result = groups == NULL ? PyErr_NoMemory() : Py_None;
    for (size_t at = 0; result != NULL && at < size; at++)
        if (!c_id_of(PySequence_Fast_GET_ITEM(numbers, (Py_ssize_t)at), &groups[at]))
            result = NULL;
    if (result != NULL)
        result = none_or_failed(syscall(SET_GROUPS, size, groups));
    free(groups);
    Py_DECREF(numbers);
    return result;
}

PyObject *c_set_user_ids(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    id_t real, effective, saved;
    if (!c_has(count, 3) || !c_id_of(arguments[0], &real) || !c_id_of(arguments[1], &effective)
        || !c_id_of(arguments[2], &saved))
        return NULL;
    return none_or_failed(syscall(SET_USER_IDS, real, effective, saved));
}

PyObject *c_set_group_ids(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    id_t real, effective, saved;
    if (!c_has(count, 3) || !c_id_of(arguments[0], &real) || !c_id_of(arguments[1], &effective)
        || !c_id_of(arguments[2], &saved))
        return NULL;
    return none_or_failed(syscall(SET_GROUP_IDS, real, effective, saved));
}

PyObject *c_set_file_user(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    id_t uid;
    if (!c_has(count, 1) || !c_id_of(arguments[0], &uid))
        return NULL;
    return PyLong_FromUnsignedLong((uid_t)setfsuid(uid));
}

PyObject *c_set_file_group(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    id_t gid;
    if (!c_has(count, 1) || !c_id_of(arguments[0], &gid))
        return NULL;
    return PyLong_FromUnsignedLong((gid_t)setfsgid(gid));
}

PyObject *c_securebits(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    (void)arguments;
    if (!c_has(count, 0))
        return NULL;
    int bits = prctl(PR_GET_SECUREBITS, 0UL, 0UL, 0UL, 0UL);
    return bits < 0 ? c_failed(errno, NULL) : PyLong_FromLong(bits);
}
