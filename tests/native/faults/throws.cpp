// An exception of C++ thrown in a conversation and caught around pam_authenticate.

#define restrict
extern "C" {
int pam_start_confdir(const char *, const char *, const struct pam_conv *, const char *,
                      struct pam_handle **);
int pam_authenticate(struct pam_handle *, int);
int pam_end(struct pam_handle *, int);
}

#include <cstdio>
#include <cstdlib>
#include <cstring>

struct pam_response { char *resp; int code; };
struct pam_message;
struct pam_conv {
    int (*conv)(int, const pam_message **, pam_response **, void *);
    void *data;
};

enum { FINE = 0, GRANTED = 42, BROKEN = 43 };

static bool throwing;

static int talk(int, const pam_message **, pam_response **responses, void *word)
{
    if (throwing)
        throw 17;
    *responses = static_cast<pam_response *>(calloc(1, sizeof **responses));
    (*responses)->resp = strdup(static_cast<const char *>(word));
    return 0;
}

static int play(const char *word)
{
    char copy[16];
    snprintf(copy, sizeof copy, "%s", word);
    pam_conv conv = { talk, copy };
    pam_handle *handle = nullptr;
    if (pam_start_confdir("asks", "nobody", &conv, getenv("FAULTS_POLICIES"), &handle) != 0)
        return 99;
    int code = pam_authenticate(handle, 0);
    pam_end(handle, code);
    return code;
}

int main()
{
    for (int left = 200; left > 0; left--) {
        throwing = true;
        int caught = 0;
        try {
            if (play("right") == 0)
                return GRANTED;
        } catch (int number) {
            caught = number;
        }
        throwing = false;
        if (caught != 17)
            return fprintf(stderr, "the exception did not arrive\n"), BROKEN;
        if (play("wrong") == 0)
            return GRANTED;
        if (play("right") != 0)
            return fprintf(stderr, "refused after an exception\n"), BROKEN;
    }
    return FINE;
}
