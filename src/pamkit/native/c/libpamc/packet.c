/* Whole packets through a pipe that may move a few bytes at a time. */

#include "packet.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* SIGPIPE, kept from the program while one thread writes. */
struct quiet {
    sigset_t pipe_signal;
    sigset_t before;
    bool was_pending;
};

static void hush(struct quiet *quiet);
static void unhush(const struct quiet *quiet, bool broken);
static enum exchange read_fully(int descriptor, uint8_t *bytes, size_t size);

enum exchange packet_send(int descriptor, const void *packet, size_t size)
{
    const uint8_t *bytes = packet;
    struct quiet quiet;
    ssize_t sent = 0;

    /* DIALECT: writing to an agent that has ended kills C's program, unless it ignores SIGPIPE. */
    hush(&quiet);
    while (size > 0) {
        sent = write(descriptor, bytes, size);
        if (sent == -1 && errno == EINTR)
            continue;
        if (sent == -1)
            break;
        bytes += sent;
        size -= (size_t)sent;
    }
    unhush(&quiet, sent == -1 && errno == EPIPE);
    return size == 0 ? EXCHANGE_DONE : EXCHANGE_UNSERVED;
}

/*
 * DIALECT: C takes a size below that of the head, counts its data from the far end, and ends the
 * program.
 */
enum exchange packet_receive(int descriptor, pamc_bp_t *packet)
{
    uint8_t head[PAM_BP_MIN_SIZE] = {0};
    enum exchange outcome;
    size_t size;

    *packet = NULL;
    outcome = read_fully(descriptor, head, sizeof head);
    if (outcome != EXCHANGE_DONE)
        return outcome;
    size = PAM_BP_SIZE(head);
    if (size < sizeof head)
        return EXCHANGE_BROKEN;
    /* C: one NUL more than is counted. */
    *packet = calloc(1, size + 1);
    if (*packet == NULL)
        return EXCHANGE_UNSERVED;
    memcpy(*packet, head, sizeof head);
    outcome = read_fully(descriptor, PAM_BP_WDATA(*packet), size - sizeof head);
    /* C: control 0 is no packet, the prompt was not served. */
    if (outcome == EXCHANGE_DONE && (*packet)->control == 0)
        outcome = EXCHANGE_UNSERVED;
    if (outcome != EXCHANGE_DONE)
        packet_drop(packet);
    return outcome;
}

pamc_bp_t packet_new(uint8_t control)
{
    uint8_t *bytes = calloc(1, PAM_BP_MIN_SIZE + 1);

    if (bytes == NULL)
        return NULL;
    bytes[3] = PAM_BP_MIN_SIZE;
    bytes[4] = control;
    return (pamc_bp_t)bytes;
}

void packet_drop(pamc_bp_t *packet)
{
    if (*packet == NULL)
        return;
    explicit_bzero(*packet, PAM_BP_SIZE(*packet));
    free(*packet);
    *packet = NULL;
}

static enum exchange read_fully(int descriptor, uint8_t *bytes, size_t size)
{
    while (size > 0) {
        ssize_t got = read(descriptor, bytes, size);

        if (got == -1 && errno == EINTR)
            continue;
        if (got == -1)
            return EXCHANGE_UNSERVED;
        if (got == 0)
            return EXCHANGE_BROKEN;
        bytes += got;
        size -= (size_t)got;
    }
    return EXCHANGE_DONE;
}

static void hush(struct quiet *quiet)
{
    sigset_t pending;

    sigemptyset(&quiet->pipe_signal);
    sigaddset(&quiet->pipe_signal, SIGPIPE);
    sigemptyset(&pending);
    sigpending(&pending);
    quiet->was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &quiet->pipe_signal, &quiet->before);
}

/* The signal that our own write made is taken back; one that waited before is the program's. */
static void unhush(const struct quiet *quiet, bool broken)
{
    const struct timespec at_once = {0, 0};

    if (broken && !quiet->was_pending)
        while (sigtimedwait(&quiet->pipe_signal, NULL, &at_once) == -1 && errno == EINTR)
            continue;
    pthread_sigmask(SIG_SETMASK, &quiet->before, NULL);
}
