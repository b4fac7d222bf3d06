/* Mounts of the calling thread: unshare(2), mount(2), umount2(2). */

#include "c_library.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>

static PyObject *none_or_failed(int code)
{
    if (code != 0)
        return c_failed(code, NULL);
    Py_RETURN_NONE;
}

PyObject *c_unshare_mounts(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    (void)arguments;
    if (!c_has(count, 0))
        return NULL;
    return none_or_failed(unshare(CLONE_NEWNS) == 0 ? 0 : errno);
}

/* mount(source, target, kind, flags, options): all but target and flags may be `None`. */
PyObject *c_mount(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    const char *source, *target, *kind, *options;
    long flags;
    if (!c_has(count, 5) || !c_text_or_none(arguments[0], &source)
        || (target = c_text_of(arguments[1])) == NULL || !c_text_or_none(arguments[2], &kind)
        || !c_long_of(arguments[3], 0, INT_MAX, &flags)
        || !c_text_or_none(arguments[4], &options))
        return NULL;
    struct outside outside;
    c_leave(&outside);
    int code = mount(source, target, kind, (unsigned long)flags, options) == 0 ? 0 : errno;
    c_enter(&outside);
    return none_or_failed(code);
}

/* unmount(target, flags). */
PyObject *c_unmount(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    const char *target = c_has(count, 2) ? c_text_of(arguments[0]) : NULL;
    long flags;
    if (target == NULL || !c_long_of(arguments[1], 0, INT_MAX, &flags))
        return NULL;
    struct outside outside;
    c_leave(&outside);
    int code = umount2(target, (int)flags) == 0 ? 0 : errno;
    c_enter(&outside);
    return none_or_failed(code);
}
