/* Stands between a program and the kernel's audit: keeps the records, gives the answers it is told.
 *
 * AUDIT_RECORDS names the file for records: type, flags and bytes of each, in hex.  AUDIT_OPEN is
 * the error of opening the socket, AUDIT_ANSWERS those of sending; the last one stays. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static int channel = -1;
static unsigned sequence;
static int answers_given;

static int number(const char *name, int at)
{
    const char *text = getenv(name);
    if (text == NULL)
        return 0;
    char *end;
    long value = strtol(text, &end, 10);
    while (at-- > 0 && *end == ' ')
        value = strtol(end, &end, 10);
    return (int)value;
}

int socket(int domain, int type, int protocol)
{
    if (domain != AF_NETLINK || protocol != NETLINK_AUDIT) {
        int (*real)(int, int, int) = (int (*)(int, int, int))dlsym(RTLD_NEXT, "socket");
        return real(domain, type, protocol);
    }
    int code = number("AUDIT_OPEN", 0);
    if (code != 0) {
        errno = code;
        return -1;
    }
    answers_given = 0;
    channel = eventfd(1, EFD_CLOEXEC); /* always ready to be read */
    return channel;
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *address,
               socklen_t address_size)
{
    if (fd != channel || address == NULL || address->sa_family != AF_NETLINK) {
        ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t) =
            (ssize_t(*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t))dlsym(
                RTLD_NEXT, "sendto");
        return real(fd, data, size, flags, address, address_size);
    }
    const struct nlmsghdr *head = data;
    FILE *file = fopen(getenv("AUDIT_RECORDS"), "a");
    if (file == NULL)
        abort();
    fprintf(file, "%d %d %zu %u ", head->nlmsg_type, head->nlmsg_flags, size, head->nlmsg_len);
    for (size_t at = sizeof *head; at < size; at++)
        fprintf(file, "%02x", ((const unsigned char *)data)[at]);
    fputc('\n', file);
    fclose(file);
    sequence = head->nlmsg_seq;
    return (ssize_t)size;
}

ssize_t recvfrom(int fd, void *data, size_t size, int flags, struct sockaddr *address,
                 socklen_t *address_size)
{
    if (fd != channel || address == NULL) {
        ssize_t (*real)(int, void *, size_t, int, struct sockaddr *, socklen_t *) =
            (ssize_t(*)(int, void *, size_t, int, struct sockaddr *, socklen_t *))dlsym(
                RTLD_NEXT, "recvfrom");
        return real(fd, data, size, flags, address, address_size);
    }
    struct {
        struct nlmsghdr head;
        struct nlmsgerr answer;
    } reply = {0};
    reply.head.nlmsg_len = sizeof reply;
    reply.head.nlmsg_type = NLMSG_ERROR;
    reply.head.nlmsg_seq = sequence;
    reply.answer.error = number("AUDIT_ANSWERS", answers_given);
    if ((flags & MSG_PEEK) == 0)
        answers_given++;
    if (size > sizeof reply)
        size = sizeof reply;
    memcpy(data, &reply, size);
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    memcpy(address, &kernel, sizeof kernel);
    *address_size = sizeof kernel;
    return (ssize_t)size;
}

ssize_t __recvfrom_chk(int fd, void *data, size_t size, size_t room, int flags,
                       struct sockaddr *address, socklen_t *address_size);

ssize_t __recvfrom_chk(int fd, void *data, size_t size, size_t room, int flags,
                       struct sockaddr *address, socklen_t *address_size)
{
    (void)room;
    return recvfrom(fd, data, size, flags, address, address_size);
}
