/* Questions to the kernel's audit, and orders: netlink messages that get an answer. */

#include "c_library.h"

#include <errno.h>
#include <limits.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 1 << 14, SEQUENCE = 1 };

struct message {
    struct nlmsghdr head;
    char body[MOST];
};

static long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Returns 0 or an error; a message that was not taken whole is one. */
static int send_message(int channel, struct message *message, int kind, size_t size, bool wants_ack)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t sent;

    message->head = (struct nlmsghdr){
        .nlmsg_len = (unsigned)NLMSG_LENGTH(size),
        .nlmsg_type = (unsigned short)kind,
        .nlmsg_flags = (unsigned short)(NLM_F_REQUEST | (wants_ack ? NLM_F_ACK : 0)),
        .nlmsg_seq = SEQUENCE,
    };
    do {
        sent = sendto(channel, message, message->head.nlmsg_len, 0,
                      (const struct sockaddr *)&kernel, sizeof kernel);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return errno;
    return (size_t)sent == message->head.nlmsg_len ? 0 : EIO;
}

/* Puts `wanted` bytes of the answer into the body, padded with NULs; returns 0 or an error. */
static int receive(int channel, struct message *message, int kind, size_t wanted, long patience)
{
    const long long until = now_ms() + patience;

    for (long long left = patience; left > 0; left = until - now_ms()) {
        struct pollfd ready = {.fd = channel, .events = POLLIN};
        int count = poll(&ready, 1, (int)left);
        if (count < 0 && errno != EINTR)
            return errno;
        if (count <= 0)
            continue;
        struct sockaddr_nl sender = {0};
        socklen_t sender_size = sizeof sender;
        ssize_t size = recvfrom(channel, message, sizeof *message, MSG_DONTWAIT,
                                (struct sockaddr *)&sender, &sender_size);
        if (size < 0 && errno != EINTR && errno != EAGAIN)
            return errno;
        if (size < (ssize_t)sizeof message->head || sender.nl_pid != 0
            || message->head.nlmsg_seq != SEQUENCE)
            continue;
        size_t body = (size_t)size - sizeof message->head;
        if (message->head.nlmsg_type == NLMSG_ERROR && body >= sizeof(int)) {
            int error;
            memcpy(&error, message->body, sizeof error);
            if (error != 0)
                return -error;
            if (wanted == 0)
                return 0;
        } else if (message->head.nlmsg_type == kind && wanted > 0) {
            if (body < wanted)
                memset(message->body + body, 0, wanted - body);
            return 0;
        }
    }
    return ETIMEDOUT;
}

/* audit_ask(kind, data, size, milliseconds): `size` bytes of the answer; none: it was done.
 * `OSError`, with `socket` as its file name where there is no way to the kernel's audit. */
PyObject *c_audit_ask(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long kind, wanted, patience;
    if (!c_has(count, 4) || !c_long_of(arguments[0], 0, USHRT_MAX, &kind)
        || !c_long_of(arguments[2], 0, MOST, &wanted)
        || !c_long_of(arguments[3], 0, INT_MAX, &patience))
        return NULL;
    if (!PyBytes_Check(arguments[1])) {
        PyErr_SetString(PyExc_TypeError, "expected bytes");
        return NULL;
    }
    size_t size = (size_t)PyBytes_GET_SIZE(arguments[1]);
    if (size > MOST) {
        PyErr_SetString(PyExc_ValueError, "a number that is too small or too large");
        return NULL;
    }
    struct message *message = calloc(1, sizeof *message);
    if (message == NULL)
        return PyErr_NoMemory();
    memcpy(message->body, PyBytes_AS_STRING(arguments[1]), size);

    int code = 0;
    bool is_open = false;
    struct outside outside;
    c_leave(&outside);
    int channel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
    if (channel < 0) {
        code = errno;
    } else {
        is_open = true;
        code = send_message(channel, message, (int)kind, size, wanted == 0);
        if (code == 0)
            code = receive(channel, message, (int)kind, (size_t)wanted, patience);
        close(channel);
    }
    c_enter(&outside);
    PyObject *result = code != 0 ? c_failed(code, is_open ? NULL : "socket")
                                 : PyBytes_FromStringAndSize(message->body, wanted);
    free(message);
    return result;
}
