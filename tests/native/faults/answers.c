/* Conversations that misbehave: no answer with success, huge ones, odd codes, none at all. */

/* answers SERVICE: prints a line per misbehaviour with the code of pam_authenticate. */

#include "driver.h"

#include <signal.h>
#include <sys/wait.h>

#define TALK(name) \
    static int name(int count, const struct pam_message **messages, \
                    struct pam_response **responses, void *data)
#define UNUSED (void)count, (void)messages, (void)responses, (void)data

static struct pam_response *blank(int count)
{
    return calloc((size_t)count, sizeof(struct pam_response));
}

TALK(says_success_and_nothing) { UNUSED; return PAM_SUCCESS; }
TALK(gives_null) { UNUSED; *responses = NULL; return PAM_SUCCESS; }
TALK(gives_a_null_answer) { UNUSED; *responses = blank(count); return PAM_SUCCESS; }
TALK(fails) { UNUSED; return PAM_CONV_ERR; }
TALK(fails_of_memory) { UNUSED; return PAM_BUF_ERR; }
TALK(says_again) { UNUSED; return 30; }
TALK(says_minus_one) { UNUSED; return -1; }
TALK(says_a_thousand) { UNUSED; return 1000; }
TALK(says_the_least) { UNUSED; return (int)0x80000000u; }

static int gives(struct pam_response **responses, int count, size_t size, char letter)
{
    struct pam_response *made = blank(count);
    char *word = malloc(size + 1);
    if (made == NULL || word == NULL) {
        free(made);
        free(word);
        return PAM_BUF_ERR;
    }
    memset(word, letter, size);
    word[size] = '\0';
    made->resp = word;
    *responses = made;
    return PAM_SUCCESS;
}

/* So much room, with this word at its front. */
static int gives_word(struct pam_response **responses, int count, size_t size, const char *word)
{
    int code = gives(responses, count, size, ' ');
    if (code == PAM_SUCCESS)
        memcpy((*responses)->resp, word, strlen(word));
    return code;
}

TALK(fails_with_an_answer)
{
    UNUSED;
    int code = gives_word(responses, count, 5, "right");
    return code == PAM_SUCCESS ? PAM_CONV_ERR : code;
}

TALK(gives_a_code_with_it)
{
    UNUSED;
    int code = gives_word(responses, count, 5, "right");
    if (code == PAM_SUCCESS)
        (*responses)->resp_retcode = 1234;
    return code;
}

TALK(gives_nothing) { UNUSED; return gives(responses, count, 0, 'a'); }
TALK(gives_511) { UNUSED; return gives(responses, count, 511, 'a'); }
TALK(gives_512) { UNUSED; return gives(responses, count, 512, 'a'); }
TALK(gives_4096) { UNUSED; return gives(responses, count, 4096, 'a'); }
TALK(gives_a_megabyte) { UNUSED; return gives(responses, count, 1 << 20, 'a'); }
TALK(gives_bad_bytes) { UNUSED; return gives(responses, count, 20, '\xff'); }
TALK(gives_newlines) { UNUSED; return gives(responses, count, 20, '\n'); }

/* The right word at the front, so that a cut would let it in. */
TALK(gives_right_and_more) { UNUSED; return gives_word(responses, count, 1 << 16, "right"); }
TALK(gives_a_newline_after) { UNUSED; return gives_word(responses, count, 6, "right\n"); }

static const struct { const char *name; conversation *talk; } TALKS[] = {
    { "success and nothing", says_success_and_nothing },
    { "null", gives_null },
    { "a null answer", gives_a_null_answer },
    { "an error", fails },
    { "out of memory", fails_of_memory },
    { "again", says_again },
    { "minus one", says_minus_one },
    { "a thousand", says_a_thousand },
    { "the least number", says_the_least },
    { "an error with an answer", fails_with_an_answer },
    { "an answer with a code", gives_a_code_with_it },
    { "an empty answer", gives_nothing },
    { "511 bytes", gives_511 },
    { "512 bytes", gives_512 },
    { "4096 bytes", gives_4096 },
    { "a megabyte", gives_a_megabyte },
    { "bad bytes", gives_bad_bytes },
    { "newlines", gives_newlines },
    { "right and more", gives_right_and_more },
    { "a newline after it", gives_a_newline_after },
};

int main(int argc, char **argv)
{
    if (argc < 2)
        return BROKEN;
    for (size_t at = 0; at < sizeof TALKS / sizeof *TALKS; at++) {
        struct pam_conv conv = { TALKS[at].talk, NULL };
        int status;
        fflush(NULL);
        pid_t child = fork();
        if (child == 0) {
            alarm(10);
            _exit(CODE_BASE + transaction(argv[1], &conv));
        }
        waitpid(child, &status, 0);
        if (WIFSIGNALED(status))
            broken("signal %d after %s", WTERMSIG(status), TALKS[at].name);
        printf("%s: %d\n", TALKS[at].name, WEXITSTATUS(status) - CODE_BASE);
    }
    return FINE;
}
