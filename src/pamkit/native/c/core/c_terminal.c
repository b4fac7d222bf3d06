/* Terminals, and pairs of streams that stand for them. */

#include "c_library.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>

#ifndef XCASE
#define XCASE 0
#endif

/* raw_terminal(descriptor): the mode before, as bytes; all bytes pass from then on. */
PyObject *c_raw_terminal(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long descriptor;
    if (!c_has(count, 1) || !c_long_of(arguments[0], 0, INT_MAX, &descriptor))
        return NULL;
    struct termios before;
    memset(&before, 0, sizeof before);
    if (tcgetattr((int)descriptor, &before) != 0)
        return c_failed(errno, "tcgetattr");
    struct termios mode = before;
    mode.c_iflag = 0;
    mode.c_oflag &= ~(tcflag_t)OPOST;
    mode.c_cflag = (mode.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    mode.c_lflag &= ~(tcflag_t)(XCASE | ISIG | ICANON | ECHO);
    mode.c_cc[VMIN] = 1;
    mode.c_cc[VTIME] = 0;
    PyObject *kept = PyBytes_FromStringAndSize((const char *)&before, sizeof before);
    if (kept != NULL && tcsetattr((int)descriptor, TCSAFLUSH, &mode) != 0) {
        Py_DECREF(kept);
        return c_failed(errno, "tcsetattr");
    }
    return kept;
}

/* set_terminal(descriptor, mode): a mode that raw_terminal returned. */
PyObject *c_set_terminal(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long descriptor;
    struct termios mode;
    if (!c_has(count, 2) || !c_long_of(arguments[0], 0, INT_MAX, &descriptor))
        return NULL;
    if (!PyBytes_Check(arguments[1]) || PyBytes_GET_SIZE(arguments[1]) != (Py_ssize_t)sizeof mode) {
        PyErr_SetString(PyExc_TypeError, "no mode of a terminal");
        return NULL;
    }
    memcpy(&mode, PyBytes_AS_STRING(arguments[1]), sizeof mode);
    if (tcsetattr((int)descriptor, TCSANOW, &mode) != 0)
        return c_failed(errno, "tcsetattr");
    Py_RETURN_NONE;
}

/* hold_signals(): which signals this thread held back before, as bytes; now it holds all. */
PyObject *c_hold_signals(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    (void)arguments;
    if (!c_has(count, 0))
        return NULL;
    sigset_t all, before;
    sigfillset(&all);
    sigemptyset(&before);
    PyObject *kept = PyBytes_FromStringAndSize(NULL, sizeof before);
    if (kept == NULL)
        return NULL;
    int code = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (code != 0) {
        Py_DECREF(kept);
        return c_failed(code, NULL);
    }
    memcpy(PyBytes_AS_STRING(kept), &before, sizeof before);
    return kept;
}

/* release_signals(held): what hold_signals returned. */
PyObject *c_release_signals(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    if (!c_has(count, 1))
        return NULL;
    sigset_t before;
    if (!PyBytes_Check(arguments[0])
        || PyBytes_GET_SIZE(arguments[0]) != (Py_ssize_t)sizeof before) {
        PyErr_SetString(PyExc_TypeError, "no set of signals");
        return NULL;
    }
    memcpy(&before, PyBytes_AS_STRING(arguments[0]), sizeof before);
    int code = pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0)
        return c_failed(code, NULL);
    Py_RETURN_NONE;
}

PyObject *c_stream_pair(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    (void)arguments;
    int ends[2];
    if (!c_has(count, 0))
        return NULL;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return c_failed(errno, "socketpair");
    return Py_BuildValue("(ii)", ends[0], ends[1]);
}
