/* An agent found by its name and started. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "client.h"

static struct agent *new_agent(const char *name);
static char *find_program(const char *directories, const char *name);

int pamc_load(pamc_handle_t pch, const char *agent_id)
{
    struct agent *agent = NULL;
    char *program;
    bool started = false;

    if (pch == NULL || agent_id == NULL || client_forbids(pch, agent_id))
        return PAM_BPC_FALSE;
    if (client_find_agent(pch, agent_id) != NULL)
        return PAM_BPC_TRUE;
    if (!agent_name_is_valid(agent_id, strlen(agent_id)))
        return PAM_BPC_FALSE;
    program = find_program(pch->directories, agent_id);
    if (program != NULL)
        agent = new_agent(agent_id);
    if (agent != NULL)
        started = agent_start(agent, program);
    free(program);
    if (!started) {
        if (agent != NULL)
            free(agent->name);
        free(agent);
        return PAM_BPC_FALSE;
    }
    agent->next = pch->agents;
    pch->agents = agent;
    return PAM_BPC_TRUE;
}

struct agent *client_find_agent(pamc_handle_t pch, const char *name)
{
    for (struct agent *agent = pch->agents; agent != NULL; agent = agent->next)
        if (strcmp(agent->name, name) == 0)
            return agent;
    return NULL;
}

static struct agent *new_agent(const char *name)
{
    struct agent *agent = calloc(1, sizeof *agent);

    if (agent == NULL)
        return NULL;
    agent->name = strdup(name);
    if (agent->name == NULL) {
        free(agent);
        return NULL;
    }
    return agent;
}

/* C: the first directory that has the name, whatever it is. */
static char *find_program(const char *directories, const char *name)
{
    for (const char *place = directories; *place != '\0'; place += strlen(place) + 1) {
        struct stat status;
        char *program = NULL;

        if (asprintf(&program, "%s/%s", place, name) < 0)
            return NULL;
        if (stat(program, &status) == 0)
            return program;
        free(program);
    }
    return NULL;
}
