/* What users may take of a file system: quotactl(2). */

#include "c_library.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/quota.h>

enum { FIELDS = 8 };

/* `None`, or NULL with `OSError` set. */
static PyObject *failed_or_none(int command, const char *device, id_t uid, struct dqblk *block)
{
    struct outside outside;
    c_leave(&outside);
    int code = quotactl(QCMD(command, USRQUOTA), device, (int)uid, (void *)block) == 0 ? 0 : errno;
    c_enter(&outside);
    if (code != 0)
        return c_failed(code, NULL);
    Py_RETURN_NONE;
}

/* quota(device, uid): eight numbers in the kernel's order. */
PyObject *c_quota(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    const char *device = c_has(count, 2) ? c_text_of(arguments[0]) : NULL;
    id_t uid;
    if (device == NULL || !c_id_of(arguments[1], &uid))
        return NULL;
    struct dqblk block;
    memset(&block, 0, sizeof block);
    PyObject *done = failed_or_none(Q_GETQUOTA, device, uid, &block);
    if (done == NULL)
        return NULL;
    Py_DECREF(done);
    return Py_BuildValue("(KKKKKKKK)", (unsigned long long)block.dqb_bhardlimit,
                         (unsigned long long)block.dqb_bsoftlimit,
                         (unsigned long long)block.dqb_curspace,
                         (unsigned long long)block.dqb_ihardlimit,
                         (unsigned long long)block.dqb_isoftlimit,
                         (unsigned long long)block.dqb_curinodes,
                         (unsigned long long)block.dqb_btime,
                         (unsigned long long)block.dqb_itime);
}

/* False, with an exception set, unless there are eight that fit; then some may be set. */
static bool numbers_of(PyObject *argument, uint64_t numbers[FIELDS])
{
    PyObject *given = PySequence_Fast(argument, "expected 8 numbers");
    if (given == NULL)
        return false;
    bool good = PySequence_Fast_GET_SIZE(given) == FIELDS;
    if (!good)
        PyErr_SetString(PyExc_TypeError, "expected 8 numbers");
    for (Py_ssize_t at = 0; good && at < FIELDS; at++) {
        numbers[at] = PyLong_AsUnsignedLongLong(PySequence_Fast_GET_ITEM(given, at));
        if (PyErr_Occurred()) {
            good = false;
            if (PyErr_ExceptionMatches(PyExc_OverflowError)) {
                PyErr_Clear();
                PyErr_SetString(PyExc_ValueError, "a number that is too small or too large");
            }
        }
    }
    Py_DECREF(given);
    return good;
}

/* set_quota(device, uid, eight numbers, which of them count). */
PyObject *c_set_quota(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    const char *device = c_has(count, 4) ? c_text_of(arguments[0]) : NULL;
    id_t uid, which;
    uint64_t numbers[FIELDS];
    if (device == NULL || !c_id_of(arguments[1], &uid) || !numbers_of(arguments[2], numbers)
        || !c_id_of(arguments[3], &which))
        return NULL;
    struct dqblk block = {
        .dqb_bhardlimit = numbers[0],
        .dqb_bsoftlimit = numbers[1],
        .dqb_curspace = numbers[2],
        .dqb_ihardlimit = numbers[3],
        .dqb_isoftlimit = numbers[4],
        .dqb_curinodes = numbers[5],
        .dqb_btime = numbers[6],
        .dqb_itime = numbers[7],
        .dqb_valid = which,
    };
    return failed_or_none(Q_SETQUOTA, device, uid, &block);
}
