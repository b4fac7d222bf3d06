/* The life of a client's handle: directories of agents at its start, the agents' ends at its end. */

#include <stdlib.h>
#include <string.h>

#include "client.h"

static const char agent_path_variable[] = "PAMC_AGENT_PATH";
static const char system_agent_path[] = "/lib/pamc:/usr/lib/pamc";

static char *split_path(const char *path);
static bool stop_agents(pamc_handle_t pch);
static void drop_forbidden(pamc_handle_t pch);

pamc_handle_t pamc_start(void)
{
    pamc_handle_t pch = calloc(1, sizeof *pch);
    const char *path;

    if (pch == NULL)
        return NULL;
    /* DIALECT: C lets the environment choose the programs of a setuid program too. */
    path = secure_getenv(agent_path_variable);
    pch->directories = split_path(path == NULL ? system_agent_path : path);
    if (pch->directories == NULL) {
        free(pch);
        return NULL;
    }
    return pch;
}

int pamc_end(pamc_handle_t *pch)
{
    bool well;

    if (pch == NULL || *pch == NULL)
        return PAM_BPC_FALSE;
    well = stop_agents(*pch);
    drop_forbidden(*pch);
    free((*pch)->directories);
    free(*pch);
    *pch = NULL;
    return well ? PAM_BPC_TRUE : PAM_BPC_FALSE;
}

/* DIALECT: an empty directory is left out; for C it is the root directory, or none. */
static char *split_path(const char *path)
{
    /* Each directory ends with a NUL, and an empty one comes last. */
    char *directories = calloc(1, strlen(path) + 2);
    char *end = directories;

    if (directories == NULL)
        return NULL;
    while (*path != '\0') {
        size_t length = strcspn(path, ":");

        memcpy(end, path, length);
        end += length > 0 ? length + 1 : 0;
        path += length;
        path += *path == ':';
    }
    return directories;
}

static bool stop_agents(pamc_handle_t pch)
{
    bool well = true;

    while (pch->agents != NULL) {
        struct agent *agent = pch->agents;

        pch->agents = agent->next;
        if (!agent_stop(agent))
            well = false;
        free(agent->name);
        free(agent);
    }
    return well;
}

static void drop_forbidden(pamc_handle_t pch)
{
    while (pch->forbidden != NULL) {
        struct forbidden *forbidden = pch->forbidden;

        pch->forbidden = forbidden->next;
        free(forbidden->name);
        free(forbidden);
    }
}
