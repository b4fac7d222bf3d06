/* Little stack: transactions in threads with small stacks, at the end of a deep one, and nested. */

/* stacks thread KIB | deep | nested DEPTH */

#include "driver.h"

#include <pthread.h>
#include <stdbool.h>

static void *plays(void *unused)
{
    (void)unused;
    check_both("asks", "on a small stack");
    wants_refusal(with_password("deny", "right"), "pam_deny on a small stack");
    wants_refusal(with_password("unix", "wrong"), "pam_unix on a small stack");
    return NULL;
}

static void in_thread(size_t kib)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    if (pthread_attr_setstacksize(&attributes, kib * 1024) != 0)
        broken("no stack of %zu KiB", kib);
    for (int left = 5; left > 0; left--) {
        if (pthread_create(&thread, &attributes, plays, NULL) != 0)
            broken("no thread");
        pthread_join(thread, NULL);
    }
}

/* A conversation that uses 4 MiB of the stack, one KiB a call. */
static int recurses(int left)
{
    volatile char room[1024];
    room[0] = (char)left;
    room[1023] = (char)left;
    return left == 0 ? 0 : recurses(left - 1) + room[0] - room[1023];
}

static int goes_deep(int count, const struct pam_message **messages,
                     struct pam_response **responses, void *password)
{
    if (recurses(4096) != 0)
        return PAM_CONV_ERR;
    return answer(count, messages, responses, password);
}

/* All PAM work happens below 4 MiB of other people's frames. */
static int below(int left)
{
    volatile char room[1024];
    room[0] = room[1023] = 1;
    if (left == 0)
        plays(NULL);
    else
        below(left - 1);
    return room[0] + room[1023];
}

static void deep(void)
{
    char right[] = "right";
    char wrong[] = "wrong";
    struct pam_conv conv = { goes_deep, right };
    wants_success(transaction("asks", &conv), "a deep conversation");
    conv.appdata_ptr = wrong;
    wants_refusal(transaction("asks", &conv), "a deep conversation");
    below(4096);
}

struct level { int left; bool right; };

/* Each conversation runs a transaction whose conversation runs a transaction ... */
static int nests(int count, const struct pam_message **messages, struct pam_response **responses,
                 void *data)
{
    struct level *outer = data;
    char word[8];
    if (outer->left > 0) {
        struct level inner = { outer->left - 1, !outer->right };
        struct pam_conv conv = { nests, &inner };
        int code = transaction("asks", &conv);
        if ((code == PAM_SUCCESS) != inner.right) {
            wants_refusal(code, "a nested wrong password");
            broken("nested right password refused with %d, %d to go", code, outer->left);
        }
    }
    snprintf(word, sizeof word, "%s", outer->right ? "right" : "wrong");
    return answer(count, messages, responses, word);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "thread") == 0) {
        in_thread(strtoul(argv[2], NULL, 10));
    } else if (argc > 1 && strcmp(argv[1], "deep") == 0) {
        deep();
    } else if (argc > 2 && strcmp(argv[1], "nested") == 0) {
        struct level outer = { atoi(argv[2]), false };
        struct pam_conv conv = { nests, &outer };
        wants_refusal(transaction("asks", &conv), "a nest");
        outer.right = true;
        wants_success(transaction("asks", &conv), "a nest");
    } else {
        return BROKEN;
    }
    return FINE;
}
