/* Agents that a client forbids. */

#include <stdlib.h>
#include <string.h>

#include "client.h"

int pamc_disable(pamc_handle_t pch, const char *agent_id)
{
    struct forbidden *forbidden;

    if (pch == NULL || agent_id == NULL || client_find_agent(pch, agent_id) != NULL)
        return PAM_BPC_FALSE;
    if (client_forbids(pch, agent_id))
        return PAM_BPC_TRUE;
    forbidden = calloc(1, sizeof *forbidden);
    if (forbidden == NULL)
        return PAM_BPC_FALSE;
    forbidden->name = strdup(agent_id);
    if (forbidden->name == NULL) {
        free(forbidden);
        return PAM_BPC_FALSE;
    }
    forbidden->next = pch->forbidden;
    pch->forbidden = forbidden;
    return PAM_BPC_TRUE;
}

bool client_forbids(pamc_handle_t pch, const char *name)
{
    for (const struct forbidden *row = pch->forbidden; row != NULL; row = row->next)
        if (strcmp(row->name, name) == 0)
            return true;
    return false;
}
