/* A program with a malloc(3) of its own: what was not taken here must not be given back here. */

#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROOM ((size_t)256 << 20)
#define HEAD ((size_t)16)
#define MARK 0x70616d6b6974UL

static _Alignas(16) char room[ROOM];
static size_t used;

static uint64_t *head_of(void *piece)
{
    return (uint64_t *)(void *)((char *)piece - HEAD);
}

void *malloc(size_t size)
{
    size_t whole = ((size + HEAD - 1) & ~(HEAD - 1)) + HEAD;
    size_t at = __atomic_fetch_add(&used, whole, __ATOMIC_SEQ_CST);
    if (size > ROOM || at > ROOM - whole) {
        return NULL;
    }
    uint64_t *head = (uint64_t *)(void *)(room + at);
    head[0] = MARK;
    head[1] = size;
    return room + at + HEAD;
}

void free(void *piece)
{
    if (piece == NULL) {
        return;
    }
    if ((char *)piece < room || (char *)piece >= room + ROOM || *head_of(piece) != MARK) {
        static const char words[] = "what was never taken is given back\n";
        (void)!write(1, words, sizeof words - 1);
        _exit(1);
    }
    *head_of(piece) = 0;
}

void *calloc(size_t count, size_t size)
{
    return size != 0 && count > ROOM / size ? NULL : malloc(count * size); /* never used before */
}

void *realloc(void *piece, size_t size)
{
    void *moved = malloc(size);
    if (piece != NULL && moved != NULL) {
        uint64_t before = head_of(piece)[1];
        memcpy(moved, piece, before < size ? before : size);
        free(piece);
    }
    return moved;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **responses,
                    void *data)
{
    (void)messages, (void)data;
    *responses = calloc((unsigned)count, sizeof **responses);
    for (int i = 0; i < count; i++) {
        (*responses)[i].resp = strdup("said");
    }
    return PAM_SUCCESS;
}

int main(int argc, char **argv)
{
    const struct pam_conv conversation = { converse, NULL };
    pam_handle_t *handle = NULL;
    const char *user = NULL;
    if (argc < 3 || pam_start_confdir(argv[2], NULL, &conversation, argv[1], &handle) != 0) {
        return 2;
    }
    printf("get_user %d\n", pam_get_user(handle, &user, NULL));
    printf("authenticate %d\n", pam_authenticate(handle, 0));
    printf("putenv %d\n", pam_putenv(handle, "NAME=value"));
    char **list = pam_getenvlist(handle);
    for (size_t i = 0; list != NULL && list[i] != NULL; i++) {
        puts(list[i]);
        free(list[i]);
    }
    free(list);
    printf("end %d\n", pam_end(handle, 0));
    return 0;
}
