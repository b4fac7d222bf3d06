/* A client's side of binary prompts: where its agents are, which run, which are forbidden. */

#ifndef PAMKIT_LIBPAMC_CLIENT_H
#define PAMKIT_LIBPAMC_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#pragma GCC visibility push(default)
#include <security/pam_client.h>
#pragma GCC visibility pop

/* A running agent, and the two pipes to it. */
struct agent {
    struct agent *next;
    char *name;
    int to_agent;
    int from_agent;
    pid_t process;
};

/* An agent that may not be loaded. */
struct forbidden {
    struct forbidden *next;
    char *name;
};

/* C: programs hold only a pointer to it. */
struct pamc_handle_s {
    struct agent *agents;
    struct agent *selected;
    struct forbidden *forbidden;
    char *directories; /* one string after the other, an empty one at the end */
};

/* The running agent of that name, or NULL. */
struct agent *client_find_agent(pamc_handle_t pch, const char *name);

/* May the agent of that name not be loaded? */
bool client_forbids(pamc_handle_t pch, const char *name);

/* Is it a name that an agent may have?  Such a name is never a path, nor `.` or `..`. */
bool agent_name_is_valid(const char *name, size_t length);

/* Starts the program with pipes for stdin and stdout and nothing else; false if it cannot. */
bool agent_start(struct agent *agent, const char *program);

/* Ends it and waits for its end; true if it ended well. */
bool agent_stop(struct agent *agent);

#endif
