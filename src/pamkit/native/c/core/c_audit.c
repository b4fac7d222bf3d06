/* Audit records, in the words and by the steps of libaudit's audit_log_acct_message(3) and, of no
 * account, audit_log_user_message(3) or, of SELinux, audit_log_user_avc_message(3). */

#include "c_library.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    /* C: the sizes of libaudit, which cut what is longer. */
    MESSAGE_SIZE = 8970,
    NAME_SIZE = 32,
    TTY_SIZE = 32,
    HOST_SIZE = 64,
    /* How long the kernel may take to acknowledge: 81 times half a second. */
    PATIENCE = 81,
    PAUSE_MS = 500,
};

struct record {
    int type;
    const char *op;   /* what was done, by whose leave */
    const char *user; /* NULL: the record is about no account */
    const char *host; /* NULL: here */
    const char *tty;  /* NULL: that of the standard descriptors */
    bool success;
};

struct request {
    struct nlmsghdr head;
    char text[MESSAGE_SIZE];
};

/* The program's own file, quoted; found out once, for a program may leave /proc behind.
 * Read and written under the interpreter's lock. */
static char program[2 * PATH_MAX + 3];

/* C: what the kernel does with names that somebody else chose. */
static bool needs_hex(const char *text, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        unsigned char byte = (unsigned char)text[at];
        if (byte == '"' || byte < 0x21 || byte > 0x7e)
            return true;
    }
    return false;
}

/* Writes `size` bytes of text, quoted or in hex; `output` has room for 2 * size + 3. */
static void write_value(char *output, const char *text, size_t size)
{
    static const char digits[] = "0123456789ABCDEF";

    if (!needs_hex(text, size)) {
        *output++ = '"';
        memcpy(output, text, size);
        output += size;
        *output++ = '"';
    } else {
        for (size_t at = 0; at < size; at++) {
            *output++ = digits[(unsigned char)text[at] >> 4];
            *output++ = digits[(unsigned char)text[at] & 15];
        }
    }
    *output = '\0';
}

static void find_program(void)
{
    char path[PATH_MAX];

    if (program[0] != '\0')
        return;
    ssize_t size = readlink("/proc/self/exe", path, sizeof path);
    if (size <= 0)
        write_value(program, "?", 1);
    else
        write_value(program, path, (size_t)size);
}

/* Finds the first address of a host; `?` if there is none. */
static void write_address(char output[INET6_ADDRSTRLEN], const char *host)
{
    struct addrinfo wanted = {.ai_flags = AI_ADDRCONFIG, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;

    strcpy(output, "?");
    if (host == NULL || getaddrinfo(host, NULL, &wanted, &found) != 0)
        return;
    const void *address = found->ai_family == AF_INET
                              ? (const void *)&((const struct sockaddr_in *)(const void *)
                                                    found->ai_addr)->sin_addr
                              : (const void *)&((const struct sockaddr_in6 *)(const void *)
                                                    found->ai_addr)->sin6_addr;
    if (inet_ntop(found->ai_family, address, output, INET6_ADDRSTRLEN) == NULL)
        strcpy(output, "?");
    freeaddrinfo(found);
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Returns the terminal of the first standard descriptor that has one, or NULL. */
static const char *find_tty(char name[TTY_SIZE])
{
    struct stat status;

    for (int descriptor = 0; descriptor < 3; descriptor++) {
        if (ttyname_r(descriptor, name, TTY_SIZE) != 0 || name[0] == '\0')
            continue;
        if (lstat(name, &status) != 0 || !S_ISCHR(status.st_mode))
            return NULL;
        if (starts_with(name, "/dev/"))
            return name + strlen("/dev/");
        return status.st_nlink > 1 ? NULL : name;
    }
    return NULL;
}

/* Returns this machine's name for a terminal that is on it, else NULL. */
static const char *find_host(char name[HOST_SIZE], const char *tty)
{
    if (!starts_with(tty, "pts") && !starts_with(tty, "tty") && !starts_with(tty, "/dev/tty"))
        return NULL;
    name[0] = '\0';
    (void)gethostname(name, HOST_SIZE);
    name[HOST_SIZE - 1] = '\0';
    return name;
}

static const char *unless_empty(const char *text)
{
    return text == NULL || text[0] == '\0' ? NULL : text;
}

static const char *or_unknown(const char *text)
{
    return text == NULL ? "?" : text;
}

/* Returns the length of the text, or a negative error if it is longer than a message may be.
 *
 * C: only user and program are guarded against spaces and quotes, the host is written as the
 * program gave it. */
static int write_text(char text[MESSAGE_SIZE], const struct record *record)
{
    char account[sizeof " acct=" + 2 * NAME_SIZE + 3] = "", address[INET6_ADDRSTRLEN];
    char tty_name[TTY_SIZE], host_name[HOST_SIZE];

    if (record->user != NULL) {
        strcpy(account, " acct=");
        write_value(account + strlen(account), record->user, strnlen(record->user, NAME_SIZE));
    }
    const char *host = unless_empty(record->host);
    write_address(address, host);
    const char *tty = record->tty == NULL ? find_tty(tty_name) : unless_empty(record->tty);
    bool is_avc = record->type == AUDIT_USER_AVC;
    if (host == NULL && tty != NULL && !is_avc)
        host = find_host(host_name, tty);

    /* C: what libselinux says is written as it is, and whether it was granted stands in it; the
     * user is root, who asks on nobody's behalf. */
    const char *result = record->success ? " res=success" : " res=failed";
    int length = snprintf(text, MESSAGE_SIZE, "%s%s%s exe=%s%s hostname=%s addr=%s terminal=%s%s",
                          is_avc ? "" : "op=", record->op, account, program,
                          is_avc ? " sauid=0" : "", or_unknown(host), address, or_unknown(tty),
                          is_avc ? "" : result);
    if (length < 0 || NLMSG_SPACE((size_t)length + 1) > MESSAGE_SIZE)
        return -EINVAL;
    return length;
}

/* Returns what the kernel says to message `sequence`: 0, or a negative error. */
static int wait_for_answer(int channel, unsigned sequence)
{
    struct {
        struct nlmsghdr head;
        struct nlmsgerr answer;
    } reply;

    for (int left = PATIENCE; left > 0;) {
        struct pollfd ready = {.fd = channel, .events = POLLIN};
        if (poll(&ready, 1, PAUSE_MS) < 0 && errno == EINTR)
            continue;
        struct sockaddr_nl sender = {0};
        socklen_t sender_size = sizeof sender;
        ssize_t size = recvfrom(channel, &reply, sizeof reply, MSG_DONTWAIT,
                                (struct sockaddr *)&sender, &sender_size);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0 && errno != EAGAIN)
            return -errno;
        left--;
        if (size < 0)
            continue;
        if (sender_size != sizeof sender)
            return -EPROTO;
        if (sender.nl_pid != 0)
            return -EINVAL; /* from another process */
        if ((size_t)size < sizeof reply)
            return -EBADE;
        if (reply.head.nlmsg_type == NLMSG_ERROR && reply.head.nlmsg_seq == sequence)
            return reply.answer.error > 0 ? -EPROTO : reply.answer.error;
    }
    return -EAGAIN;
}

static int send_once(int channel, struct request *request, int type, unsigned sequence)
{
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t sent;

    request->head.nlmsg_type = (unsigned short)type;
    request->head.nlmsg_seq = sequence;
    do {
        sent = sendto(channel, request, request->head.nlmsg_len, 0,
                      (const struct sockaddr *)&kernel, sizeof kernel);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return -errno;
    if ((size_t)sent != request->head.nlmsg_len)
        return -EINVAL;
    return wait_for_answer(channel, sequence);
}

/* Returns 0 if the record was taken, else a negative error. */
static int send_record(int channel, const struct record *record)
{
    struct request request;

    memset(&request, 0, sizeof request);
    int length = write_text(request.text, record);
    if (length < 0)
        return length;
    request.head.nlmsg_len = (unsigned)NLMSG_SPACE((size_t)length + 1);
    request.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
    int code = send_once(channel, &request, record->type, 1);
    /* C: an old kernel knows no types but one. */
    bool newer = record->type >= AUDIT_FIRST_USER_MSG && record->type <= AUDIT_LAST_USER_MSG;
    if (code == -EINVAL && newer)
        code = send_once(channel, &request, AUDIT_USER, 2);
    /* C: a kernel without audit, or a container without its own: nobody wants the record. */
    return code == -ECONNREFUSED ? 0 : code;
}

/* audit(type, op, user, host, tty, success): 0 if the record was taken, a negative error if it
 * was not; `OSError` if there is no way to the kernel's audit at all. */
PyObject *c_audit(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    struct record record;
    long type;
    if (!c_has(count, 6) || !c_long_of(arguments[0], 0, USHRT_MAX, &type)
        || !c_text_or_none(arguments[2], &record.user)
        || !c_text_or_none(arguments[3], &record.host)
        || !c_text_or_none(arguments[4], &record.tty))
        return NULL;
    record.op = c_text_of(arguments[1]);
    int success = record.op == NULL ? -1 : PyObject_IsTrue(arguments[5]);
    if (success < 0)
        return NULL;
    record.type = (int)type;
    record.success = success == 1;
    find_program();

    int code = -EPERM, unopened = 0;
    struct outside outside;
    c_leave(&outside);
    int channel = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
    if (channel < 0) {
        unopened = errno;
    } else {
        code = send_record(channel, &record);
        close(channel);
    }
    c_enter(&outside);
    return unopened != 0 ? c_failed(unopened, "audit_open") : PyLong_FromLong(code);
}
