/* Programs of this machine that are asked over a socket: unix(7). */

#include "c_library.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* So many descriptors can be passed at once (SCM_MAX_FD): who does is no reason to fail. */
enum { MOST = 1 << 20, MOST_DESCRIPTORS = 253, STANDARD = 3 };

/* local_connect(path): a connected descriptor. */
PyObject *c_local_connect(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    const char *path = c_has(count, 1) ? c_text_of(arguments[0]) : NULL;
    if (path == NULL)
        return NULL;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof address.sun_path)
        return c_failed(ENAMETOOLONG, NULL);
    memcpy(address.sun_path, path, length);
    /* An abstract name is all its bytes; a path ends with a NUL. */
    bool is_abstract = path[0] == '@';
    if (is_abstract)
        address.sun_path[0] = 0;
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + !is_abstract);

    int code = 0;
    struct outside outside;
    c_leave(&outside);
    int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) {
        code = errno;
    } else if (connect(made, (const struct sockaddr *)&address, size) != 0) {
        code = errno;
        close(made);
    }
    c_enter(&outside);
    return code != 0 ? c_failed(code, NULL) : PyLong_FromLong(made);
}

struct descriptors {
    int count;
    int each[MOST_DESCRIPTORS];
};

static void close_all(const struct descriptors *came)
{
    for (int at = 0; at < came->count; at++)
        close(came->each[at]);
}

/* Takes what came out of the message, above standard input, output and error; 0 or an error, and
 * then nothing is left open. */
static int take_descriptors(struct msghdr *message, struct descriptors *came)
{
    int code = message->msg_flags & MSG_CTRUNC ? EMFILE : 0;
    came->count = 0;
    for (struct cmsghdr *head = CMSG_FIRSTHDR(message); head != NULL;
         head = CMSG_NXTHDR(message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
            continue;
        size_t number = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t at = 0; at < number; at++) {
            int one;
            memcpy(&one, CMSG_DATA(head) + at * sizeof one, sizeof one);
            if (came->count == MOST_DESCRIPTORS) {
                close(one);
                code = EMFILE;
            } else {
                came->each[came->count++] = one;
            }
        }
    }
    for (int at = 0; code == 0 && at < came->count; at++) {
        if (came->each[at] >= STANDARD)
            continue;
        int lifted = fcntl(came->each[at], F_DUPFD_CLOEXEC, STANDARD);
        if (lifted < 0) {
            code = errno;
        } else {
            close(came->each[at]);
            came->each[at] = lifted;
        }
    }
    if (code != 0)
        close_all(came);
    return code;
}

static PyObject *as_tuple(const struct descriptors *came)
{
    PyObject *numbers = PyTuple_New(came->count);
    for (int at = 0; numbers != NULL && at < came->count; at++) {
        PyObject *number = PyLong_FromLong(came->each[at]);
        if (number == NULL)
            Py_CLEAR(numbers);
        else
            PyTuple_SET_ITEM(numbers, at, number);
    }
    return numbers;
}

/* local_receive(descriptor, size): bytes, and descriptors. */
PyObject *c_local_receive(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long descriptor, size;
    if (!c_has(count, 2) || !c_long_of(arguments[0], 0, INT_MAX, &descriptor)
        || !c_long_of(arguments[1], 1, MOST, &size))
        return NULL;
    PyObject *data = PyBytes_FromStringAndSize(NULL, size);
    if (data == NULL)
        return NULL;

    union {
        struct cmsghdr aligned;
        char bytes[CMSG_SPACE(MOST_DESCRIPTORS * sizeof(int))];
    } around;
    struct iovec place = {.iov_base = PyBytes_AS_STRING(data), .iov_len = (size_t)size};
    struct msghdr message = {
        .msg_iov = &place,
        .msg_iovlen = 1,
        .msg_control = around.bytes,
        .msg_controllen = sizeof around.bytes,
    };
    struct descriptors came = {0};
    int code = 0;
    struct outside outside;
    c_leave(&outside);
    ssize_t got;
    do {
        got = recvmsg((int)descriptor, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    code = got < 0 ? errno : take_descriptors(&message, &came);
    c_enter(&outside);
    if (code != 0) {
        Py_DECREF(data);
        return c_failed(code, NULL);
    }

    PyObject *numbers = as_tuple(&came);
    if (numbers == NULL)
        Py_CLEAR(data);
    /* On failure the bytes are gone, and `data` is NULL. */
    if (data == NULL || _PyBytes_Resize(&data, got) != 0) {
        Py_XDECREF(numbers);
        close_all(&came);
        return NULL;
    }
    PyObject *both = PyTuple_Pack(2, data, numbers);
    Py_DECREF(data);
    Py_DECREF(numbers);
    if (both == NULL)
        close_all(&came);
    return both;
}

/* local_peer(descriptor): the process at the other end. */
PyObject *c_local_peer(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long descriptor;
    if (!c_has(count, 1) || !c_long_of(arguments[0], 0, INT_MAX, &descriptor))
        return NULL;
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt((int)descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return c_failed(errno, NULL);
    return PyLong_FromLong(peer.pid);
}
