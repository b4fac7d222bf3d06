/* write(2) without SIGPIPE: the program whose signals these are did not ask for any. */

#include "c_library.h"

#include <errno.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static ssize_t write_blocked(int descriptor, const void *data, size_t length, int *error)
{
    sigset_t pipe, before;
    struct timespec at_once = { 0, 0 };

    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    ssize_t written = write(descriptor, data, length);
    *error = errno;
    if (written < 0 && *error == EPIPE && !sigismember(&before, SIGPIPE)) {
        sigtimedwait(&pipe, NULL, &at_once);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return written;
}

PyObject *c_write_quietly(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long descriptor;
    Py_buffer data;
    if (!c_has(count, 2) || !c_long_of(arguments[0], 0, INT_MAX, &descriptor) ||
        PyObject_GetBuffer(arguments[1], &data, PyBUF_SIMPLE) != 0) {
        return NULL;
    }
    struct outside outside;
    int error;
    c_leave(&outside);
    ssize_t written = write_blocked((int)descriptor, data.buf, (size_t)data.len, &error);
    c_enter(&outside);
    PyBuffer_Release(&data);
    return written < 0 ? c_failed(error, "write") : PyLong_FromSsize_t(written);
}
