/* A libpam that does nothing and always answers the same: it shows which tests judge a library.
 *
 * Built with ANSWER, the number to answer, and SYMBOLS, a header that says EXPORT(name) for each
 * function of the real library.
 */

/* C: callers pass what they like; on the ABIs of Linux a function that reads nothing may be called
 * with any arguments, and one register carries an int, a pointer or a null pointer alike.
 */
#define EXPORT(name)                                                                               \
    long name(void);                                                                               \
    long name(void)                                                                                \
    {                                                                                              \
        return ANSWER;                                                                             \
    }

#include SYMBOLS
