/* What a text program needs beside libpam: a conversation at the terminal, and the environment. */

#ifndef PAMKIT_SECURITY_PAM_MISC_H
#define PAMKIT_SECURITY_PAM_MISC_H

#include <time.h>

#include <security/pam_appl.h>
#include <security/pam_client.h>
/* C: programs take their _pam_drop and _pam_overwrite from here. */
#include <security/_pam_macros.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Moments at which to warn and to give up, as time(2) counts; 0 for never. */
extern time_t pam_misc_conv_warn_time;
extern time_t pam_misc_conv_die_time;

/* What is printed then, with its newline. */
extern const char *pam_misc_conv_warn_line;
extern const char *pam_misc_conv_die_line;

/* 1 once a conversation was given up for lack of time. */
extern int pam_misc_conv_died;

/* Answers a binary prompt in place: PAM_SUCCESS, or the conversation fails; unset at first. */
extern int (*pam_binary_handler_fn)(void *appdata, pamc_bp_t *prompt_p);

/* Wipes and frees an answer that is not wanted after all, and forgets the pointer. */
extern void (*pam_binary_handler_free)(void *appdata, pamc_bp_t *prompt_p);

/* The conversation function, see misc_conv(3). */
extern int misc_conv(int num_msg, const struct pam_message **msgm, struct pam_response **response,
                     void *appdata_ptr);

/* Puts every `NAME=value` of a NULL-ended list; stops at the first that is refused. */
extern int pam_misc_paste_env(pam_handle_t *pamh, const char *const *user_env);

/* Wipes and frees what pam_getenvlist(3) gave; always NULL, to be assigned. */
extern char **pam_misc_drop_env(char **env);

/* setenv(3) for the PAM environment; PAM_PERM_DENIED if it is set and `readonly`. */
extern int pam_misc_setenv(pam_handle_t *pamh, const char *name, const char *value, int readonly);

#ifdef __cplusplus
}
#endif

#endif
