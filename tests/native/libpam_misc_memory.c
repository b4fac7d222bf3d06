/* A program that looks for a secret in all memory that misc_conv leaves behind.
 *
 * libpam_misc_memory MARKER FAILING_ALLOCATION STYLE...
 *
 * Converses on a stack of its own with one message for each style.  Prints the code, how many
 * blocks were freed with MARKER in them, how often it lies on the stack afterwards, and how many
 * blocks are not freed.  The allocation of that number (from 1, 0 for none) fails.
 */

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* A packet for which there is no memory is no end of the program. */
#define PAM_BP_ASSERT(x) (void)(x)
#include <security/pam_appl.h>
#include <security/pam_misc.h>

#define STACK_SIZE ((size_t)1 << 20)
#define MOST_MESSAGES 8

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t number, size_t size);
extern void __libc_free(void *block);

static const char *marker;
static __thread int watching;
static int allocations, failing, kept, dirty;
static int code = -1;
static struct pam_message messages[MOST_MESSAGES];
static const struct pam_message *pointers[MOST_MESSAGES];
static int count;

static int admit(void)
{
    if (!watching)
        return 1;
    if (++allocations == failing)
        return 0;
    kept++;
    return 1;
}

void *malloc(size_t size)
{
    return admit() ? __libc_malloc(size) : NULL;
}

void *calloc(size_t number, size_t size)
{
    return admit() ? __libc_calloc(number, size) : NULL;
}

void free(void *block)
{
    if (watching && block != NULL) {
        kept--;
        if (memmem(block, malloc_usable_size(block), marker, strlen(marker)) != NULL)
            dirty++;
    }
    __libc_free(block);
}

static int answer(void *data, pamc_bp_t *prompt_p)
{
    (void)data;
    PAM_BP_RENEW(prompt_p, PAM_BPC_OK, strlen(marker));
    if (*prompt_p == NULL)
        return PAM_BUF_ERR;
    PAM_BP_FILL(*prompt_p, 0, strlen(marker), marker);
    return PAM_SUCCESS;
}

static void *converse(void *unused)
{
    struct pam_response *replies = NULL;

    (void)unused;
    watching = 1;
    code = misc_conv(count, pointers, &replies, NULL);
    if (code == PAM_SUCCESS) {
        for (int i = 0; i < count; i++) {
            if (replies[i].resp == NULL)
                continue;
            explicit_bzero(replies[i].resp, malloc_usable_size(replies[i].resp));
            free(replies[i].resp);
        }
        free(replies);
    }
    watching = 0;
    return NULL;
}

int main(int argc, char **argv)
{
    static const unsigned char packet[] = {0, 0, 0, 6, PAM_BPC_OK, 'x', 0};
    pthread_attr_t attributes;
    pthread_t thread;
    char *stack, *place;
    int found = 0;

    if (argc < 4 || argc - 3 > MOST_MESSAGES)
        return 2;
    marker = argv[1];
    failing = atoi(argv[2]);
    for (count = 0; count < argc - 3; count++) {
        messages[count].msg_style = atoi(argv[count + 3]);
        messages[count].msg =
            messages[count].msg_style == PAM_BINARY_PROMPT ? (const char *)packet : "? ";
        pointers[count] = &messages[count];
    }
    pam_binary_handler_fn = answer;
    stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED)
        return 3;
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, STACK_SIZE);
    if (pthread_create(&thread, &attributes, converse, NULL) != 0)
        return 4;
    pthread_join(thread, NULL);
    for (place = stack; (place = memmem(place, STACK_SIZE - (size_t)(place - stack), marker,
                                        strlen(marker))) != NULL;
         place++)
        found++;
    printf("code=%d dirty=%d stack=%d kept=%d allocations=%d\n", code, dirty, found, kept,
           allocations);
    return 0;
}
