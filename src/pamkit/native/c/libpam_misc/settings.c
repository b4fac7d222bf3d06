/* What a program may set before it converses: times, their lines, and who answers binary prompts. */

#include "exported.h"

static void drop_binary(void *appdata, pamc_bp_t *prompt_p);

/* C: names, types and first values are the ABI; programs write them, nothing here locks them. */
time_t pam_misc_conv_warn_time = 0;
time_t pam_misc_conv_die_time = 0;
const char *pam_misc_conv_warn_line = "...Time is running out...\n";
const char *pam_misc_conv_die_line = "...Sorry, your time is up!\n";
int pam_misc_conv_died = 0;
int (*pam_binary_handler_fn)(void *appdata, pamc_bp_t *prompt_p) = NULL;
void (*pam_binary_handler_free)(void *appdata, pamc_bp_t *prompt_p) = drop_binary;

static void drop_binary(void *appdata, pamc_bp_t *prompt_p)
{
    (void)appdata;
    PAM_BP_RENEW(prompt_p, 0, 0);
}
