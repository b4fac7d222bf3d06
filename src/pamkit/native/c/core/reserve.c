/* Memory for the start of the interpreter, taken before it: once begun, it cannot run short.
 *
 * An interpreter that finds no memory while it starts ends the program. So all that it will
 * ask for lies ready; where that much cannot be had, the start is refused and the call with it. */

#include "core.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define RESERVE ((size_t)12 << 20) /* twice what a start takes; untouched pages cost nothing */
#define STEP 16

/* C: a program built to look for leaks must see what lies in pages of our own. */
void __lsan_register_root_region(const void *from, size_t size) __attribute__((weak));
void __lsan_unregister_root_region(const void *from, size_t size) __attribute__((weak));

static char *reserve;
static size_t used;
static bool filling;

/* Each piece is preceded by its size. */
static void *take(size_t size)
{
    size_t whole = ((size + STEP - 1) & ~(size_t)(STEP - 1)) + STEP;
    if (size > RESERVE || RESERVE - used < whole) {
        return NULL;
    }
    char *piece = reserve + used + STEP;
    memcpy(piece - STEP, &size, sizeof size);
    used += whole;
    return piece;
}

static bool is_ours(const void *piece)
{
    const char *at = piece;
    return at >= reserve && at < reserve + RESERVE;
}

static void *raw_malloc(void *context, size_t size)
{
    (void)context;
    return filling ? take(size == 0 ? 1 : size) : malloc(size == 0 ? 1 : size);
}

static void *raw_calloc(void *context, size_t count, size_t size)
{
    if (!filling) {
        return calloc(count == 0 ? 1 : count, size == 0 ? 1 : size);
    }
    if (size != 0 && count > RESERVE / size) {
        return NULL;
    }
    return raw_malloc(context, count * size); /* fresh pages are zero, and no piece is used twice */
}

static void raw_free(void *context, void *piece)
{
    (void)context;
    if (!is_ours(piece)) {
        free(piece);
    }
}

static void *raw_realloc(void *context, void *piece, size_t size)
{
    if (piece == NULL || !is_ours(piece)) {
        return piece == NULL ? raw_malloc(context, size) : realloc(piece, size == 0 ? 1 : size);
    }
    size_t before;
    memcpy(&before, (char *)piece - STEP, sizeof before);
    void *moved = raw_malloc(context, size);
    if (moved != NULL) {
        memcpy(moved, piece, before < size ? before : size);
    }
    return moved;
}

static void *map(size_t size)
{
    void *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        return NULL;
    }
    if (__lsan_register_root_region != NULL) {
        __lsan_register_root_region(pages, size);
    }
    return pages;
}

static void *take_arena(void *context, size_t size)
{
    (void)context;
    if (filling) {
        /* C: arenas are cut to pages of their own; any alignment does. */
        return take(size);
    }
    return map(size);
}

static void free_arena(void *context, void *arena, size_t size)
{
    (void)context;
    if (!is_ours(arena)) {
        if (__lsan_unregister_root_region != NULL) {
            __lsan_unregister_root_region(arena, size);
        }
        munmap(arena, size);
    }
}

bool core_reserve(void)
{
    if (reserve == NULL) {
        reserve = map(RESERVE);
        if (reserve == NULL) {
            return false;
        }
        PyMemAllocatorEx raw = { NULL, raw_malloc, raw_calloc, raw_realloc, raw_free };
        PyObjectArenaAllocator arenas = { NULL, take_arena, free_arena };
        PyMem_SetAllocator(PYMEM_DOMAIN_RAW, &raw);
        PyObject_SetArenaAllocator(&arenas);
    }
    filling = true;
    return true;
}

void core_reserve_is_used(void)
{
    filling = false;
}
