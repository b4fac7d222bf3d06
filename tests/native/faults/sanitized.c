/* The thin library under the sanitizers: a server that obeys, refuses, or answers with noise. */

#include "door.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef LIBPAM_COMPILE
#define LIBPAM_COMPILE 1
#endif
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <security/pam_modutil.h>

pamkit_server pamkit_register(pamkit_server serve);

static unsigned served;

static void refuses(unsigned function, struct pamkit_call *call)
{
    (void)function, (void)call;
    served++;
}

static void noise(unsigned function, struct pamkit_call *call)
{
    served++;
    call->answer = (pamkit_word)-(long)function - 1;
    if (function == PAMKIT_PROMPT || function == PAMKIT_GETENVLIST)
        call->out = 0;
}

static int converse(int count, const struct pam_message **messages,
                    struct pam_response **responses, void *data)
{
    (void)count, (void)messages, (void)responses, (void)data;
    return PAM_CONV_ERR;
}

/* Each refusal is counted; a success that nobody gave ends the program. */
static void no(int code, const char *what)
{
    if (code == PAM_SUCCESS) {
        fprintf(stderr, "granted: %s\n", what);
        _exit(42);
    }
}

static void all_functions(pam_handle_t *handle, const char *text)
{
    static const struct pam_conv CONV = { converse, NULL };
    pam_handle_t *made = NULL;
    const void *item = NULL;
    const char *user = NULL;
    char *response = NULL;
    no(pam_start(text, text, &CONV, &made), "pam_start");
    no(pam_start(NULL, NULL, NULL, NULL), "pam_start of nothing");
    no(pam_start_confdir(text, NULL, &CONV, text, &made), "pam_start_confdir");
    no(pam_authenticate(handle, INT_MIN), "pam_authenticate");
    no(pam_setcred(handle, INT_MAX), "pam_setcred");
    no(pam_acct_mgmt(handle, -1), "pam_acct_mgmt");
    no(pam_open_session(handle, 0), "pam_open_session");
    no(pam_close_session(handle, 0), "pam_close_session");
    no(pam_chauthtok(handle, 0), "pam_chauthtok");
    no(pam_set_item(handle, INT_MIN, text), "pam_set_item");
    no(pam_get_item(handle, INT_MAX, &item), "pam_get_item");
    no(pam_get_item(handle, PAM_USER, NULL), "pam_get_item to nowhere");
    no(pam_get_user(handle, &user, text), "pam_get_user");
    no(pam_get_user(handle, NULL, NULL), "pam_get_user to nowhere");
    no(pam_get_authtok(handle, PAM_AUTHTOK, &user, text), "pam_get_authtok");
    no(pam_get_authtok_noverify(handle, &user, text), "pam_get_authtok_noverify");
    no(pam_get_authtok_verify(handle, &user, text), "pam_get_authtok_verify");
    no(pam_set_data(handle, text, NULL, NULL), "pam_set_data");
    no(pam_get_data(handle, text, &item), "pam_get_data");
    no(pam_putenv(handle, text), "pam_putenv");
    no(pam_fail_delay(handle, UINT_MAX), "pam_fail_delay");
    no(pam_prompt(handle, PAM_PROMPT_ECHO_OFF, &response, "%s %d", text == NULL ? "" : text, 7),
       "pam_prompt");
    no(pam_modutil_audit_write(handle, 0, text, 0), "pam_modutil_audit_write");
    (void)pam_getenv(handle, text);
    (void)pam_getenvlist(handle);
    errno = EILSEQ;
    pam_syslog(handle, INT_MIN, "%s %m", text == NULL ? "" : text);
    if (errno != EILSEQ)
        _exit(43);
    for (int code = -40; code < 80; code++)
        if (pam_strerror(handle, code) == NULL)
            _exit(43);
    (void)pam_strerror(handle, INT_MIN);
    (void)pam_strerror(handle, INT_MAX);
    no(pam_end(handle, INT_MIN), "pam_end");
}

int main(void)
{
    static char huge[1 << 20];
    long block[64] = { 0 };
    pam_handle_t *handle = (pam_handle_t *)(void *)block;
    pamkit_server servers[] = { NULL, refuses, noise };
    memset(huge, 'h', sizeof huge - 1);
    const char *texts[] = { NULL, "", "text", "%n%s%s%n", "\xff\xfe=\n", huge };
    for (size_t server = 0; server < 3; server++) {
        if (servers[server] != NULL)
            pamkit_register(servers[server]);
        for (size_t at = 0; at < sizeof texts / sizeof *texts; at++) {
            all_functions(handle, texts[at]);
            all_functions(NULL, texts[at]);
        }
    }
    return served > 100 ? 0 : 43;
}
