/* What a process may not go beyond: limits as wide as the kernel has them, and its rights. */

#include "c_library.h"

#include <errno.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's own: 64 bits on machines of 32 as well; not every C library has it. */
struct limit {
    uint64_t soft, hard;
};

/* Where limits have other numbers than those of `asm-generic/resource.h`. */
#if defined(__mips__) || defined(__sparc__) || defined(__alpha__)
enum { OWN_NUMBERS = 1 };
#else
enum { OWN_NUMBERS = 0 };
#endif

PyObject *c_limit(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long resource;
    struct limit now;
    if (!c_has(count, 1) || !c_long_of(arguments[0], 0, 1 << 16, &resource))
        return NULL;
    if (OWN_NUMBERS)
        return c_failed(ENOSYS, "prlimit");
    if (syscall(SYS_prlimit64, 0, (int)resource, NULL, &now) != 0)
        return c_failed(errno, NULL);
    return Py_BuildValue("(KK)", (unsigned long long)now.soft, (unsigned long long)now.hard);
}

/* False, with an exception set, for what is no limit. */
static bool bound_of(PyObject *argument, uint64_t *bound)
{
    if (!PyLong_Check(argument)) {
        PyErr_SetString(PyExc_TypeError, "expected an integer");
        return false;
    }
    *bound = PyLong_AsUnsignedLongLong(argument);
    if (!PyErr_Occurred())
        return true;
    PyErr_Clear();
    PyErr_SetString(PyExc_ValueError, "no limit");
    return false;
}

PyObject *c_set_limit(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long resource;
    struct limit wanted;
    if (!c_has(count, 3) || !c_long_of(arguments[0], 0, 1 << 16, &resource)
        || !bound_of(arguments[1], &wanted.soft) || !bound_of(arguments[2], &wanted.hard))
        return NULL;
    if (OWN_NUMBERS)
        return c_failed(ENOSYS, "prlimit");
    if (syscall(SYS_prlimit64, 0, (int)resource, &wanted, NULL) != 0)
        return c_failed(errno, NULL);
    Py_RETURN_NONE;
}

PyObject *c_forbid_new_privileges(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    (void)arguments;
    if (!c_has(count, 0))
        return NULL;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0)
        return c_failed(errno, NULL);
    Py_RETURN_NONE;
}
