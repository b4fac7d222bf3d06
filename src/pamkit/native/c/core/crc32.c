/* The checksum that Python's `binascii` asks zlib for; nothing else of zlib is needed. */

#include <stddef.h>

unsigned long crc32(unsigned long before, const unsigned char *data, unsigned length);

/* ISO 3309, bit by bit: rarely wanted, and then of short texts. */
unsigned long crc32(unsigned long before, const unsigned char *data, unsigned length)
{
    unsigned long sum = data == NULL ? 0xffffffffUL : before ^ 0xffffffffUL;
    for (unsigned i = 0; data != NULL && i < length; i++) {
        sum ^= data[i];
        for (int bit = 0; bit < 8; bit++) {
            sum = (sum >> 1) ^ (0xedb88320UL & (0UL - (sum & 1)));
        }
    }
    return sum ^ 0xffffffffUL;
}
