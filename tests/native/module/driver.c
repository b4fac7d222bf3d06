/* Plays a transaction and prints what it sees: driver CONFDIR SERVICE USER ANSWERS OPERATION...
 *
 * ANSWERS are given to prompts in turn, with `|` between them; USER may be `-` for none. */

#include <pthread.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct talk {
    char *left;
    bool silent;
};

static const char *confdir, *service, *user;

static int converse(int count, const struct pam_message **messages, struct pam_response **replies,
                    void *pointer)
{
    struct talk *talk = pointer;
    struct pam_response *made = calloc((size_t)count, sizeof *made);
    if (made == NULL) {
        return PAM_BUF_ERR;
    }
    for (int i = 0; i < count; i++) {
        if (!talk->silent) {
            printf("say %d %s\n", messages[i]->msg_style, messages[i]->msg);
        }
        if (messages[i]->msg_style <= PAM_PROMPT_ECHO_ON) {
            char *word = talk->left == NULL ? NULL : strsep(&talk->left, "|");
            if (word == NULL) {
                free(made);
                return PAM_CONV_ERR;
            }
            made[i].resp = strdup(word);
        }
    }
    *replies = made;
    return PAM_SUCCESS;
}

static pam_handle_t *start(struct pam_conv *conversation)
{
    pam_handle_t *handle = NULL;
    int code = pam_start_confdir(service, user, conversation, confdir, &handle);
    if (code != PAM_SUCCESS) {
        printf("start %d\n", code);
        exit(1);
    }
    return handle;
}

static int operate(pam_handle_t *handle, const char *operation)
{
    static const struct {
        const char *name;
        int (*function)(pam_handle_t *, int);
        int flags;
    } known[] = {
        { "auth", pam_authenticate, 0 },       { "cred", pam_setcred, PAM_ESTABLISH_CRED },
        { "acct", pam_acct_mgmt, 0 },          { "open", pam_open_session, 0 },
        { "close", pam_close_session, 0 },     { "chauthtok", pam_chauthtok, 0 },
        { "quiet", pam_authenticate, PAM_SILENT },
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(known[i].name, operation) == 0) {
            return known[i].function(handle, known[i].flags);
        }
    }
    return -1;
}

static void print_cores(void)
{
    char line[4096], last[4096] = "";
    int cores = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        char *path = strchr(line, '/');
        if (path != NULL && strstr(path, "pamkit-core.so") != NULL && strcmp(path, last) != 0) {
            strcpy(last, path);
            cores++;
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
    printf("cores %d\n", cores);
}

/* For how long each key is good that a module made and none revoked, as the kernel shows it. */
static void print_keys(void)
{
    char line[4096], flags[16], ends[16], kind[16], name[64];
    static const char format[] = "%*x %15s %*s %15s %*s %*s %*s %15s %63[^:]";
    FILE *keys = fopen("/proc/keys", "re");
    while (keys != NULL && fgets(line, sizeof line, keys) != NULL) {
        int found = sscanf(line, format, flags, ends, kind, name);
        if (found == 4 && strcmp(kind, "user") == 0 && strcmp(name, "session") == 0 &&
            strchr(flags, 'R') == NULL) {
            printf("key %s\n", ends);
        }
    }
    if (keys != NULL) {
        fclose(keys);
    }
}

static void *in_thread(void *answers)
{
    struct talk talk = { strdup(answers), true };
    struct pam_conv conversation = { converse, &talk };
    pam_handle_t *handle = start(&conversation);
    int code = pam_authenticate(handle, 0);
    pam_end(handle, code);
    return (void *)(long)code;
}

static void print_threads(int count, char *answers)
{
    pthread_t threads[64];
    int sum = 0;
    for (int i = 0; i < count && i < 64; i++) {
        pthread_create(&threads[i], NULL, in_thread, answers);
    }
    for (int i = 0; i < count && i < 64; i++) {
        void *code;
        pthread_join(threads[i], &code);
        sum += code == NULL ? 1 : 0;
    }
    printf("threads %d of %d\n", sum, count);
}

static void print_child(pam_handle_t *handle)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        _exit(pam_authenticate(handle, 0));
    }
    int status = 0;
    waitpid(child, &status, 0);
    printf("child %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
}

int main(int count, char **words)
{
    if (count < 5) {
        return 2;
    }
    confdir = words[1];
    service = words[2];
    user = strcmp(words[3], "-") == 0 ? NULL : words[3];
    struct talk talk = { strdup(words[4]), false };
    struct pam_conv conversation = { converse, &talk };
    pam_handle_t *handle = start(&conversation);
    int code = PAM_SUCCESS;
    for (int i = 5; i < count; i++) {
        if (strcmp(words[i], "cores") == 0) {
            print_cores();
        } else if (strcmp(words[i], "keys") == 0) {
            print_keys();
        } else if (strncmp(words[i], "cred=", 5) == 0) {
            code = pam_setcred(handle, (int)strtol(words[i] + 5, NULL, 16));
            printf("%s %d\n", words[i], code);
        } else if (strcmp(words[i], "fork") == 0) {
            print_child(handle);
        } else if (strncmp(words[i], "threads=", 8) == 0) {
            print_threads(atoi(words[i] + 8), words[4]);
        } else if (strncmp(words[i], "rhost=", 6) == 0) {
            pam_set_item(handle, PAM_RHOST, words[i] + 6);
        } else {
            code = operate(handle, words[i]);
            printf("%s %d\n", words[i], code);
        }
    }
    char **environment = pam_getenvlist(handle);
    for (char **variable = environment; variable != NULL && *variable != NULL; variable++) {
        printf("env %s\n", *variable);
    }
    printf("end %d\n", pam_end(handle, code));
    return 0;
}
