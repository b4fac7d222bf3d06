/* Logs in with passwords that it makes up, and searches its own memory for what is left of them.
 *
 * Usage: secrets SERVICE DIRECTORY SHADOW LENGTH PREFIX [WORD]...
 * SHADOW gets the hash of a password of that length, of the scheme whose hashes begin with PREFIX.
 * Words: wrong (another password is typed), change (the password), mismatch (the new one is not
 * typed twice), refused (the conversation fails, with answers), thread (all in a thread that
 * stays), helper (as a user who may not read SHADOW), plant (leave a part of the password).
 * Prints for each place where a password, or eight bytes of it in a row, was found:
 *     WHEN REGION LENGTH
 * and at last `searched BYTES`.  The passwords lie masked here; only the answers are plain. */

#include <crypt.h>
#include <fcntl.h>
#include <pthread.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER "pamkit-secrets"

enum { MOST = 1024, WINDOW = 8, DEEP = 16384 };
enum { OLD, NEW, WRONG, PASSWORDS };

static volatile unsigned char mask = 0xA5;
static unsigned char password[PASSWORDS][MOST]; /* masked */
static size_t length;
static bool wrong, change, mismatch, refused, plant, in_thread, helped;
static char *planted;
static size_t searched;

/* --- passwords ----------------------------------------------------------------------------- */

static void make_passwords(void)
{
    static const char alphabet[64] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    for (int which = 0; which < PASSWORDS; which++) {
        if (getrandom(password[which], length, 0) != (ssize_t)length)
            exit(2);
        for (size_t i = 0; i < length; i++)
            password[which][i] = (unsigned char)alphabet[password[which][i] % 64] ^ mask;
    }
}

/* What libpam frees, and has to overwrite before. */
static char *plain(int which)
{
    char *made = malloc(length + 1);
    if (made == NULL)
        exit(2);
    for (size_t i = 0; i < length; i++)
        made[i] = (char)(password[which][i] ^ mask);
    made[length] = '\0';
    return made;
}

/* In a child: what crypt(3) leaves behind there is not ours to search. */
static void write_shadow(const char *path, const char *prefix)
{
    pid_t child = fork();
    if (child == 0) {
        FILE *file = fopen(path, "r+");
        const char *setting = crypt_gensalt(prefix, 0, NULL, 0);
        const char *hashed = setting == NULL ? NULL : crypt(plain(OLD), setting);
        if (file == NULL || hashed == NULL || fseek(file, 0, SEEK_END) != 0)
            _exit(2);
        fprintf(file, "%s:%s:19000:0:99999:7:::\n", USER, hashed);
        _exit(fclose(file) != 0);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status != 0)
        exit(2);
}

/* --- the search ---------------------------------------------------------------------------- */

static uint64_t window_of(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* How much of which password begins here; 0 for less than a window. */
static size_t match(const unsigned char *at, const unsigned char *end)
{
    static uint64_t windows[PASSWORDS][MOST];
    static bool begins[1 << 16]; /* two bytes that a window begins with */
    static bool ready;
    uint64_t masks;
    memset(&masks, mask, sizeof masks);
    if (!ready) {
        for (int which = 0; which < PASSWORDS; which++) {
            for (size_t i = 0; i + WINDOW <= length; i++) {
                windows[which][i] = window_of(password[which] + i);
                begins[windows[which][i] & 0xFFFF] = true;
            }
        }
        ready = true;
    }
    uint64_t here = window_of(at) ^ masks;
    if (!begins[here & 0xFFFF])
        return 0;
    for (int which = 0; which < PASSWORDS; which++) {
        for (size_t i = 0; i + WINDOW <= length; i++) {
            if (here != windows[which][i])
                continue;
            size_t same = WINDOW;
            while (at + same < end && i + same < length &&
                   (at[same] ^ mask) == password[which][i + same])
                same++;
            return same;
        }
    }
    return 0;
}

static void search_region(const char *when, const char *name, const unsigned char *start,
                          const unsigned char *end)
{
    searched += (size_t)(end - start);
    for (const unsigned char *at = start; at + WINDOW <= end; at++) {
        size_t same = match(at, end);
        if (same > 0) {
            printf("%s %s+%zx %zu\n", when, name, (size_t)(at - start), same);
            at += same - 1;
        }
    }
}

static void search(const char *when)
{
    static char maps[1 << 18];
    size_t filled = 0;
    ssize_t got;
    int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    while ((got = read(file, maps + filled, sizeof maps - 1 - filled)) > 0)
        filled += (size_t)got;
    close(file);
    maps[filled] = '\0';
    for (char *line = strtok(maps, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        uintptr_t start, end;
        char rights[5], name[256] = "anonymous";
        if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %255s", &start, &end, rights, name) < 3)
            exit(2);
        if (rights[0] == 'r' && strncmp(name, "[v", 2) != 0)
            search_region(when, name, (const unsigned char *)start, (const unsigned char *)end);
    }
}

/* --- the login ----------------------------------------------------------------------------- */

/* Old, then new and new again: told apart by the prompts of pam_get_authtok(3). */
static int answer(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *data)
{
    (void)data;
    struct pam_response *given = calloc((size_t)count, sizeof *given);
    if (given == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        if (messages[i]->msg_style != PAM_PROMPT_ECHO_OFF)
            continue;
        bool is_again = strncasecmp(messages[i]->msg, "retype", 6) == 0;
        bool is_new = change && (is_again || strncasecmp(messages[i]->msg, "new", 3) == 0);
        given[i].resp = plain(wrong || (mismatch && is_again) ? WRONG : is_new ? NEW : OLD);
    }
    *responses = given;
    return refused ? PAM_CONV_ERR : PAM_SUCCESS;
}

/* The frames of libpam lie below those of the search, which would cover their remains. */
static int deeper(int (*call)(pam_handle_t *, int), pam_handle_t *handle, int flags)
{
    volatile char room[DEEP];
    room[0] = room[DEEP - 1] = 0;
    int code = call(handle, flags);
    room[1] = 0;
    return code;
}

static pthread_barrier_t barrier;

struct login {
    const char *service;
    const char *directory;
};

/* Between the steps whoever searches has the turn. */
static void wait_turn(const char *when)
{
    if (in_thread) {
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
    } else {
        search(when);
    }
}

static void *log_in(void *given)
{
    const struct login *login = given;
    const struct pam_conv conversation = { answer, NULL };
    pam_handle_t *handle = NULL;
    if (pam_start_confdir(login->service, USER, &conversation, login->directory, &handle) !=
        PAM_SUCCESS)
        exit(2);
    int code = deeper(change ? pam_chauthtok : pam_authenticate, handle, 0);
    printf("code %d\n", code);
    wait_turn("after");
    if (deeper(pam_end, handle, code) != PAM_SUCCESS)
        exit(2);
    wait_turn("ended");
    return NULL;
}

static void log_in_by_thread(struct login *login)
{
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 2);
    if (pthread_create(&thread, NULL, log_in, login) != 0)
        exit(2);
    static const char *const when[] = { "after", "ended" };
    for (int turn = 0; turn < 2; turn++) {
        pthread_barrier_wait(&barrier);
        search(when[turn]);
        pthread_barrier_wait(&barrier);
    }
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    static char out[1 << 14];
    setvbuf(stdout, out, _IOFBF, sizeof out);
    const struct {
        const char *word;
        bool *is;
    } words[] = { { "wrong", &wrong },     { "change", &change }, { "mismatch", &mismatch },
                  { "refused", &refused }, { "plant", &plant },   { "thread", &in_thread },
                  { "helper", &helped } };
    if (argc < 6)
        return 2;
    for (int i = 6; i < argc; i++) {
        for (size_t k = 0; k < sizeof words / sizeof words[0]; k++) {
            if (strcmp(argv[i], words[k].word) == 0)
                *words[k].is = true;
        }
    }
    length = strtoul(argv[4], NULL, 10);
    if (length < 12 || length > MOST)
        return 2;
    make_passwords();
    write_shadow(argv[3], argv[5]);
    if (helped && setresuid(61235, 61235, 61235) != 0)
        return 2;
    search("before");
    if (plant) { /* as an overwritten block that was not overwritten to its end */
        planted = plain(OLD);
        memset(planted, 0, length - WINDOW);
    }
    struct login login = { argv[1], argv[2] };
    if (in_thread)
        log_in_by_thread(&login);
    else
        log_in(&login);
    free(planted);
    printf("searched %zu\n", searched);
    return 0;
}
