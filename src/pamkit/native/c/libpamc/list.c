/* The names of the agents that could be loaded. */

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

/* Names gathered so far, each once. */
struct name {
    struct name *next;
    char *text;
};

static bool gather(struct name **names, const char *directory);
static bool add(struct name **names, const char *text);
static char **as_list(struct name *names);
static int compare(const void *left, const void *right);
static void drop(struct name *names);

/*
 * DIALECT: C counts wrongly as soon as there are two agents: it writes beyond its list and ends the
 * program.
 */
char **pamc_list_agents(pamc_handle_t pch)
{
    struct name *names = NULL;
    char **list = NULL;
    bool complete = true;

    if (pch == NULL)
        return NULL;
    for (const char *directory = pch->directories; complete && *directory != '\0';
         directory += strlen(directory) + 1)
        complete = gather(&names, directory);
    if (complete)
        list = as_list(names);
    drop(names);
    return list;
}

/* False if memory ran out; a directory that cannot be read has no agents. */
static bool gather(struct name **names, const char *directory)
{
    DIR *stream = opendir(directory);
    const struct dirent *entry;
    bool complete = true;

    if (stream == NULL)
        return true;
    while (complete && (entry = readdir(stream)) != NULL)
        if (agent_name_is_valid(entry->d_name, strlen(entry->d_name)))
            complete = add(names, entry->d_name);
    closedir(stream);
    return complete;
}

static bool add(struct name **names, const char *text)
{
    struct name *name;

    for (name = *names; name != NULL; name = name->next)
        if (strcmp(name->text, text) == 0)
            return true;
    name = calloc(1, sizeof *name);
    if (name == NULL)
        return false;
    name->text = strdup(text);
    if (name->text == NULL) {
        free(name);
        return false;
    }
    name->next = *names;
    *names = name;
    return true;
}

/* The texts move into the list. */
static char **as_list(struct name *names)
{
    size_t count = 0;
    char **list;
    char **end;

    for (const struct name *name = names; name != NULL; name = name->next)
        count++;
    list = calloc(count + 1, sizeof *list);
    if (list == NULL)
        return NULL;
    end = list;
    for (struct name *name = names; name != NULL; name = name->next) {
        *end++ = name->text;
        name->text = NULL;
    }
    qsort(list, count, sizeof *list, compare);
    return list;
}

static int compare(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void drop(struct name *names)
{
    while (names != NULL) {
        struct name *next = names->next;

        free(names->text);
        free(names);
        names = next;
    }
}
