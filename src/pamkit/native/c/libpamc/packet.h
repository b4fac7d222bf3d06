/* Whole packets through a pipe that may move a few bytes at a time. */

#ifndef PAMKIT_LIBPAMC_PACKET_H
#define PAMKIT_LIBPAMC_PACKET_H

#include "client.h"

/* How an exchange of packets went on. */
enum exchange {
    EXCHANGE_DONE,
    EXCHANGE_UNSERVED, /* the machine refused: the other side is told so */
    EXCHANGE_BROKEN    /* the two do not understand another any more */
};

/* Writes `size` bytes; an agent that is gone is no signal to the program. */
enum exchange packet_send(int descriptor, const void *packet, size_t size);

/* Reads one packet into new memory that packet_drop takes; NULL if it is not done. */
enum exchange packet_receive(int descriptor, pamc_bp_t *packet);

/* A new packet without data, or NULL without memory. */
pamc_bp_t packet_new(uint8_t control);

/* Wipes and frees a packet, and forgets it. */
void packet_drop(pamc_bp_t *packet);

#endif
