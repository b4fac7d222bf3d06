/* A prompt handed to the agent it is for, and the agent's answer in its place. */

#include <string.h>

#include "client.h"
#include "packet.h"

static enum exchange serve(pamc_handle_t pch, pamc_bp_t prompt, pamc_bp_t *answer);
static bool select_agent(pamc_handle_t pch, pamc_bp_t prompt);

int pamc_converse(pamc_handle_t pch, pamc_bp_t *prompt_p)
{
    enum exchange outcome = EXCHANGE_BROKEN;
    pamc_bp_t answer = NULL;

    if (prompt_p == NULL)
        return PAM_BPC_FALSE;
    if (pch != NULL && *prompt_p != NULL)
        outcome = serve(pch, *prompt_p, &answer);
    packet_drop(prompt_p);
    /* C: what a client cannot serve is answered, so that the server may try something else. */
    if (outcome == EXCHANGE_UNSERVED)
        answer = packet_new(PAM_BPC_FAIL);
    *prompt_p = answer;
    return answer != NULL ? PAM_BPC_TRUE : PAM_BPC_FALSE;
}

static enum exchange serve(pamc_handle_t pch, pamc_bp_t prompt, pamc_bp_t *answer)
{
    size_t size = PAM_BP_SIZE(prompt);
    enum exchange outcome;

    if (size < PAM_BP_MIN_SIZE || PAM_BPC_FOR_CLIENT(prompt) != PAM_BPC_TRUE)
        return EXCHANGE_UNSERVED;
    if (prompt->control == PAM_BPC_SELECT && !select_agent(pch, prompt))
        return EXCHANGE_UNSERVED;
    if (pch->selected == NULL)
        return EXCHANGE_UNSERVED;
    outcome = packet_send(pch->selected->to_agent, prompt, size);
    if (outcome != EXCHANGE_DONE)
        return outcome;
    return packet_receive(pch->selected->from_agent, answer);
}

/* The data begins with `agent/`.  C: an agent that cannot be had leaves the old one selected. */
static bool select_agent(pamc_handle_t pch, pamc_bp_t prompt)
{
    char *name = (char *)PAM_BP_WDATA(prompt);
    char *slash = memchr(name, '/', PAM_BP_LENGTH(prompt));
    bool loaded;

    if (slash == NULL || !agent_name_is_valid(name, (size_t)(slash - name)))
        return false;
    *slash = '\0';
    loaded = pamc_load(pch, name) == PAM_BPC_TRUE;
    if (loaded)
        pch->selected = client_find_agent(pch, name);
    *slash = '/';
    return loaded;
}
