/* Binary prompts: packets between a server's module and an agent of the client, and libpamc. */

#ifndef PAMKIT_SECURITY_PAM_CLIENT_H
#define PAMKIT_SECURITY_PAM_CLIENT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The agents of one client. */
typedef struct pamc_handle_s *pamc_handle_t;

/*
 * C: a packet is its whole length (four bytes, high byte first), a control byte, and data.  It is
 * packed, so that sizeof is the size of the head; `length` is in network order.
 */
typedef struct {
    uint32_t length;
    uint8_t control;
} __attribute__((__packed__)) * pamc_bp_t;

/* Control bytes. */
#define PAM_BPC_OK 0x01     /* go on */
#define PAM_BPC_SELECT 0x02 /* begin; the data is `agent/...` */
#define PAM_BPC_DONE 0x03   /* the exchange is complete */
#define PAM_BPC_FAIL 0x04   /* cannot be done */
/* Between agent and client only: a client never takes these from a server. */
#define PAM_BPC_GETENV 0x41
#define PAM_BPC_PUTENV 0x42
#define PAM_BPC_TEXT 0x43
#define PAM_BPC_ERROR 0x44
#define PAM_BPC_PROMPT 0x45
#define PAM_BPC_PASS 0x46

/* Results of the functions below. */
#define PAM_BPC_FALSE 0
#define PAM_BPC_TRUE 1

/* The agents' directories are those of PAMC_AGENT_PATH, unless the program is privileged. */
pamc_handle_t pamc_start(void);

/* Ends every agent; PAM_BPC_TRUE if each of them ended well. */
int pamc_end(pamc_handle_t *pch);

/* Starts an agent; PAM_BPC_TRUE also if it runs already. */
int pamc_load(pamc_handle_t pch, const char *agent_id);

/*
 * Replaces a prompt by its answer: PAM_BPC_TRUE with a packet (PAM_BPC_FAIL where the prompt could
 * not be served), PAM_BPC_FALSE and no packet where agent and client no longer understand another.
 */
int pamc_converse(pamc_handle_t pch, pamc_bp_t *prompt_p);

/* Forbids an agent that is not loaded yet. */
int pamc_disable(pamc_handle_t pch, const char *agent_id);

/* The names that could be loaded, sorted, NULL at the end; names and list are the caller's. */
char **pamc_list_agents(pamc_handle_t pch);

/* What the macros do with a program's mistake, and where they take memory: a program may choose. */
#ifndef PAM_BP_ASSERT
#ifdef NDEBUG
#define PAM_BP_ASSERT(x) \
    do {                 \
    } while (0)
#else
#define PAM_BP_ASSERT(x)                               \
    do {                                               \
        printf(__FILE__ "(%d): %s\n", __LINE__, (x)); \
        exit(1);                                       \
    } while (0)
#endif
#endif

#ifndef PAM_BP_CALLOC
#define PAM_BP_CALLOC calloc
#endif

#ifndef PAM_BP_FREE
#define PAM_BP_FREE free
#endif

/* One byte of a packet, to write and to read. */
#define __PAM_BP_WOCTET(x, y) (*((y) + (uint8_t *)(x)))
#define __PAM_BP_ROCTET(x, y) (*((y) + (const uint8_t *)(x)))

#define PAM_BP_MIN_SIZE (sizeof(uint32_t) + sizeof(uint8_t))
#define PAM_BP_MAX_LENGTH 0x20000 /* advice, nothing checks it */

#define PAM_BP_WCONTROL(x) (__PAM_BP_WOCTET(x, 4))
#define PAM_BP_RCONTROL(x) (__PAM_BP_ROCTET(x, 4))
#define PAM_BP_SIZE(x)                                                               \
    (((uint32_t)__PAM_BP_ROCTET(x, 0) << 24) + ((uint32_t)__PAM_BP_ROCTET(x, 1) << 16) + \
     ((uint32_t)__PAM_BP_ROCTET(x, 2) << 8) + ((uint32_t)__PAM_BP_ROCTET(x, 3)))
#define PAM_BP_LENGTH(x) (PAM_BP_SIZE(x) - PAM_BP_MIN_SIZE)
#define PAM_BP_WDATA(x) (PAM_BP_MIN_SIZE + (uint8_t *)(x))
#define PAM_BP_RDATA(x) (PAM_BP_MIN_SIZE + (const uint8_t *)(x))

/* The compiler may not leave out what overwrites a secret. */
#define __PAM_BP_WIPE(x, size)                            \
    do {                                                  \
        memset((x), 0, (size));                           \
        __asm__ __volatile__("" : : "r"(x) : "memory"); \
    } while (0)

/*
 * Wipes and frees the old packet and makes a new one with room for `data_length` bytes, or none
 * for control 0.  C: one NUL more than is counted follows the data.
 */
#define PAM_BP_RENEW(old_p, cntrl, data_length)                                       \
    do {                                                                              \
        if ((old_p) == NULL) {                                                        \
            PAM_BP_ASSERT("binary prompt: nowhere to put it");                        \
            break;                                                                    \
        }                                                                             \
        if (*(old_p)) {                                                               \
            __PAM_BP_WIPE(*(old_p), PAM_BP_SIZE(*(old_p)));                           \
            PAM_BP_FREE(*(old_p));                                                    \
            *(old_p) = NULL;                                                          \
        }                                                                             \
        if (cntrl) {                                                                  \
            uint32_t __pam_bp_size = (uint32_t)(PAM_BP_MIN_SIZE + (data_length));     \
            *(old_p) = (pamc_bp_t)PAM_BP_CALLOC(1, 1 + (size_t)__pam_bp_size);        \
            if (*(old_p)) {                                                           \
                __PAM_BP_WOCTET(*(old_p), 0) = (uint8_t)(__pam_bp_size >> 24);        \
                __PAM_BP_WOCTET(*(old_p), 1) = (uint8_t)(__pam_bp_size >> 16);        \
                __PAM_BP_WOCTET(*(old_p), 2) = (uint8_t)(__pam_bp_size >> 8);         \
                __PAM_BP_WOCTET(*(old_p), 3) = (uint8_t)(__pam_bp_size);              \
                __PAM_BP_WOCTET(*(old_p), 4) = (uint8_t)(cntrl);                      \
            } else {                                                                  \
                PAM_BP_ASSERT("binary prompt: out of memory");                        \
            }                                                                         \
        }                                                                             \
    } while (0)

/* Copies `length` bytes into a packet's data; what would not fit is a mistake, nothing is copied. */
#define PAM_BP_FILL(prmpt, offset, length, data)                                      \
    do {                                                                              \
        uint8_t *__pam_bp_to = (uint8_t *)(prmpt);                                    \
        size_t __pam_bp_room = PAM_BP_LENGTH(__pam_bp_to);                            \
        size_t __pam_bp_from = (size_t)(offset);                                      \
        size_t __pam_bp_count = (size_t)(length);                                     \
        if (__pam_bp_from > __pam_bp_room || __pam_bp_count > __pam_bp_room - __pam_bp_from) { \
            PAM_BP_ASSERT("binary prompt: written over its end");                     \
        } else {                                                                      \
            memcpy(__pam_bp_from + PAM_BP_WDATA(__pam_bp_to), (data), __pam_bp_count); \
        }                                                                             \
    } while (0)

/* Copies `length` bytes out of a packet's data; what is not there is a mistake, nothing is copied. */
#define PAM_BP_EXTRACT(prmpt, offset, length, data)                                   \
    do {                                                                              \
        const uint8_t *__pam_bp_to = (const uint8_t *)(prmpt);                        \
        size_t __pam_bp_room = PAM_BP_LENGTH(__pam_bp_to);                            \
        size_t __pam_bp_from = (size_t)(offset);                                      \
        size_t __pam_bp_count = (size_t)(length);                                     \
        if (__pam_bp_from > __pam_bp_room || __pam_bp_count > __pam_bp_room - __pam_bp_from) { \
            PAM_BP_ASSERT("binary prompt: read over its end");                        \
        } else {                                                                      \
            memcpy((data), __pam_bp_from + PAM_BP_RDATA(__pam_bp_to), __pam_bp_count); \
        }                                                                             \
    } while (0)

/* May a server, and so a client, send this packet to an agent? */
#define PAM_BPC_FOR_CLIENT(/* pamc_bp_t */ prompt)                                  \
    (((prompt)->control >= PAM_BPC_OK && (prompt)->control <= PAM_BPC_FAIL) ? PAM_BPC_TRUE \
                                                                              : PAM_BPC_FALSE)

#ifdef __cplusplus
}
#endif

#endif
