/* Memory that ends: in a new child per N, the Nth allocation fails, alone or with all after it. */

/* starve SERVICE from|only FIRST POINTS [PATIENCE_MS]: prints `total T` and a line for each child that did
 * not refuse. The allocator of the C library itself is overwritten, not interposed: a library
 * opened with RTLD_DEEPBIND and the loader must starve with the rest. */

#define _GNU_SOURCE
#include "driver.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>

#define ARENA ((size_t)256 << 20)

static char *arena;
static _Atomic size_t used;
static _Atomic long asked;
static long fails_at;
static bool only_once;
static _Atomic long *fired;
static int patience_ms = 10000;

static bool starves(void)
{
    long number = atomic_fetch_add(&asked, 1) + 1;
    fired[1] = number;
    if (number < fails_at || (only_once && number > fails_at))
        return false;
    fired[0] = 1;
    return true;
}

static void *carve(size_t alignment, size_t size)
{
    size_t padded = (size + 31) & ~(size_t)15;
    if (size > ARENA || starves()) {
        errno = ENOMEM;
        return NULL;
    }
    if (alignment < 16)
        alignment = 16;
    size_t start = atomic_fetch_add(&used, padded + alignment);
    if (start + padded + alignment > ARENA) {
        errno = ENOMEM;
        return NULL;
    }
    uintptr_t place = ((uintptr_t)arena + start + 16 + alignment - 1) & ~(uintptr_t)(alignment - 1);
    ((size_t *)place)[-1] = size;
    return (void *)place;
}

static bool is_ours(const void *block)
{
    return (const char *)block >= arena && (const char *)block < arena + ARENA;
}

/* What was allocated before has the C library's own word in front: size, and three bits. */
static size_t size_of(void *block)
{
    size_t word = ((size_t *)block)[-1];
    return is_ours(block) ? word : (word & ~(size_t)7) - 16;
}

static void *lean_malloc(size_t size)
{
    return carve(16, size);
}

static void *lean_calloc(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size) {
        errno = ENOMEM;
        return NULL;
    }
    return carve(16, count * size); /* the arena is new: zero, and never used twice */
}

static void lean_free(void *block)
{
    (void)block;
}

static void *lean_realloc(void *block, size_t size)
{
    if (block != NULL && size == 0)
        return NULL;
    void *grown = carve(16, size);
    if (grown == NULL || block == NULL)
        return grown;
    size_t old = size_of(block);
    for (size_t at = 0; at < old && at < size; at++)
        ((char *)grown)[at] = ((char *)block)[at];
    return grown;
}

static int lean_posix_memalign(void **block, size_t alignment, size_t size)
{
    void *made = carve(alignment, size);
    if (made == NULL)
        return ENOMEM;
    *block = made;
    return 0;
}

static size_t lean_usable_size(void *block)
{
    return block == NULL ? 0 : size_of(block);
}

static void overwrite(const char *name, uintptr_t by)
{
    unsigned char *code = dlsym(RTLD_DEFAULT, name);
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    if (code == NULL)
        broken("no %s in the C library", name);
    uintptr_t start = (uintptr_t)code & ~(page - 1);
    if (mprotect((void *)start, 2 * page, PROT_READ | PROT_WRITE | PROT_EXEC) != 0)
        broken("cannot write code");
#if defined(__x86_64__)
    static const unsigned char JUMP[] = { 0x48, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xE0 };
    memcpy(code, JUMP, sizeof JUMP); /* movabs rax, by; jmp rax */
    memcpy(code + 2, &by, sizeof by);
#elif defined(__aarch64__)
    static const uint32_t JUMP[] = { 0x58000050, 0xD61F0200 };
    memcpy(code, JUMP, sizeof JUMP); /* ldr x16, .+8; br x16 */
    memcpy(code + 8, &by, sizeof by);
    __builtin___clear_cache((char *)code, (char *)code + 16);
#else
#error "say here how this machine jumps"
#endif
    mprotect((void *)start, 2 * page, PROT_READ | PROT_EXEC);
}

static void starve_from(long number, bool only)
{
    arena = mmap(NULL, ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                 -1, 0);
    if (arena == MAP_FAILED)
        broken("no arena");
    fails_at = number;
    only_once = only;
    overwrite("malloc", (uintptr_t)lean_malloc);
    overwrite("calloc", (uintptr_t)lean_calloc);
    overwrite("realloc", (uintptr_t)lean_realloc);
    overwrite("free", (uintptr_t)lean_free);
    overwrite("memalign", (uintptr_t)carve);
    overwrite("aligned_alloc", (uintptr_t)carve);
    overwrite("posix_memalign", (uintptr_t)lean_posix_memalign);
    overwrite("malloc_usable_size", (uintptr_t)lean_usable_size);
    asked = 0;
}

/* Waits for a child; one that hangs is killed and told by SIGKILL. */
static int wait_for(pid_t child)
{
    int status = 0;
    static const struct timespec TICK = { 0, 500000 };
    for (int left = patience_ms * 2; left > 0; left--) {
        if (waitpid(child, &status, WNOHANG) == child)
            return status;
        nanosleep(&TICK, NULL);
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    return status;
}

static int play(const char *service, long number, bool only)
{
    fired[0] = 0;
    pid_t child = fork();
    if (child < 0)
        broken("cannot fork");
    if (child == 0) {
        starve_from(number, only);
        _exit(CODE_BASE + with_password(service, "wrong"));
    }
    return wait_for(child);
}

int main(int argc, char **argv)
{
    bool grants = false;
    bool breaks = false;
    if (argc < 5)
        return BROKEN;
    if (argc > 5)
        patience_ms = atoi(argv[5]);
    const char *service = argv[1];
    bool only = strcmp(argv[2], "only") == 0;
    fired = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (fired == MAP_FAILED)
        return BROKEN;
    int calm = play(service, LONG_MAX, only);
    if (!WIFEXITED(calm) || WEXITSTATUS(calm) < CODE_BASE)
        broken("with all memory: status %#x", (unsigned int)calm);
    if (WEXITSTATUS(calm) == CODE_BASE)
        granted("with all memory");
    long total = fired[1];
    long points = atol(argv[4]);
    long first = atol(argv[3]);
    long step = points == 0 || total <= points ? 1 : total / points;
    printf("total %ld step %ld\n", total, step);
    fflush(stdout);
    for (long number = first; number <= total; number += number < 20 ? 1 : step) {
        int status = play(service, number, only);
        if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
            printf("hung at %ld\n", number);
        else if (WIFSIGNALED(status))
            printf("signal %d at %ld\n", WTERMSIG(status), number);
        else if (WEXITSTATUS(status) == CODE_BASE || WEXITSTATUS(status) == GRANTED)
            printf("granted at %ld\n", number);
        else if (WEXITSTATUS(status) < CODE_BASE)
            printf("ended with %d at %ld\n", WEXITSTATUS(status), number);
        else
            continue;
        fflush(stdout);
        if (WIFEXITED(status) &&
            (WEXITSTATUS(status) == CODE_BASE || WEXITSTATUS(status) == GRANTED))
            grants = true;
        breaks = true;
    }
    return grants ? GRANTED : breaks ? BROKEN : FINE;
}
