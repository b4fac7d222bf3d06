/* A program that uses libpamc as its arguments say, and prints what comes of each.
 *
 * WORD is `load:NAME`, `disable:NAME`, `list`, `send:CONTROL:TEXT`, `bulk:CONTROL:SIZE`,
 * `raw:HEX` (a packet as it is), `nothing` (no packet), `nowhere` (no place for one), `leak`
 * (opens a descriptor that agents must not get), `close:FD`, `count-pipes` (handles SIGPIPE and
 * says how many came), `wait-for-agent` (until one has ended),
 * `no-name`, `end`, `restart`.
 */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <security/pam_client.h>

static volatile sig_atomic_t pipes;

static void on_pipe(int number)
{
    (void)number;
    pipes++;
}

static void show(int result, pamc_bp_t packet)
{
    printf("%d ", result);
    if (packet == NULL) {
        puts("nothing");
        return;
    }
    printf("control=%d length=%zu data=", PAM_BP_RCONTROL(packet), (size_t)PAM_BP_LENGTH(packet));
    for (size_t i = 0; i < PAM_BP_LENGTH(packet) && i < 400; i++) {
        int byte = PAM_BP_RDATA(packet)[i];

        if (byte >= ' ' && byte <= '~')
            putchar(byte);
        else
            printf("\\%02x", (unsigned int)byte);
    }
    /* The byte beyond the data is there, and NUL. */
    printf(" end=%d\n", PAM_BP_RDATA(packet)[PAM_BP_LENGTH(packet)]);
}

static void converse(pamc_handle_t pch, pamc_bp_t packet)
{
    int result = pamc_converse(pch, &packet);

    show(result, packet);
    PAM_BP_RENEW(&packet, 0, 0);
}

static void send_text(pamc_handle_t pch, const char *word)
{
    pamc_bp_t packet = NULL;
    const char *text = strchr(word, ':') + 1;

    PAM_BP_RENEW(&packet, (uint8_t)atoi(word), strlen(text));
    if (packet == NULL)
        exit(4);
    PAM_BP_FILL(packet, 0, strlen(text), text);
    converse(pch, packet);
}

static void send_bulk(pamc_handle_t pch, const char *word)
{
    pamc_bp_t packet = NULL;
    size_t size = (size_t)atol(strchr(word, ':') + 1);

    PAM_BP_RENEW(&packet, (uint8_t)atoi(word), size);
    if (packet == NULL)
        exit(4);
    memset(PAM_BP_WDATA(packet), 'b', size);
    converse(pch, packet);
}

static void send_raw(pamc_handle_t pch, const char *hex)
{
    uint8_t *bytes = calloc(1, strlen(hex) / 2 + 8);

    for (size_t i = 0; bytes != NULL && i < strlen(hex) / 2; i++) {
        char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

        bytes[i] = (uint8_t)strtol(pair, NULL, 16);
    }
    converse(pch, (pamc_bp_t)(void *)bytes);
}

static void list(pamc_handle_t pch)
{
    char **names = pamc_list_agents(pch);

    printf("agents:");
    for (char **name = names; name != NULL && *name != NULL; name++) {
        printf(" %s", *name);
        free(*name);
    }
    puts(names == NULL ? " none" : "");
    free(names);
}

static void leak(void)
{
    int descriptor = open("/dev/null", O_RDONLY);

    if (dup2(descriptor, 77) != 77)
        exit(5);
}

static pamc_handle_t obey(pamc_handle_t pch, const char *word)
{
    siginfo_t ended;

    if (strncmp(word, "load:", 5) == 0)
        printf("%d\n", pamc_load(pch, word + 5));
    else if (strncmp(word, "disable:", 8) == 0)
        printf("%d\n", pamc_disable(pch, word + 8));
    else if (strncmp(word, "send:", 5) == 0)
        send_text(pch, word + 5);
    else if (strncmp(word, "bulk:", 5) == 0)
        send_bulk(pch, word + 5);
    else if (strncmp(word, "raw:", 4) == 0)
        send_raw(pch, word + 4);
    else if (strncmp(word, "close:", 6) == 0)
        close(atoi(word + 6));
    else if (strcmp(word, "list") == 0)
        list(pch);
    else if (strcmp(word, "leak") == 0)
        leak();
    else if (strcmp(word, "nothing") == 0)
        converse(pch, NULL);
    else if (strcmp(word, "nowhere") == 0)
        printf("%d\n", pamc_converse(pch, NULL));
    else if (strcmp(word, "no-name") == 0)
        printf("%d %d\n", pamc_load(pch, NULL), pamc_disable(pch, NULL));
    else if (strcmp(word, "count-pipes") == 0)
        printf("pipes=%d %s\n", (int)pipes, signal(SIGPIPE, on_pipe) == on_pipe ? "own" : "other");
    else if (strcmp(word, "wait-for-agent") == 0)
        printf("%d\n", waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT));
    else if (strcmp(word, "end") == 0) {
        printf("%d", pamc_end(&pch));
        puts(pch == NULL ? " gone" : " kept");
    }
    else if (strcmp(word, "restart") == 0)
        pch = pamc_start();
    else
        exit(2);
    return pch;
}

int main(int argc, char **argv)
{
    pamc_handle_t pch = pamc_start();

    if (pch == NULL)
        return 3;
    for (int i = 1; i < argc; i++) {
        printf("%s: ", argv[i]);
        fflush(stdout);
        pch = obey(pch, argv[i]);
        fflush(stdout);
    }
    if (pch != NULL)
        pamc_end(&pch);
    printf("pamc_end of nothing: %d %d\n", pamc_end(&pch), pamc_end(NULL));
    return 0;
}
