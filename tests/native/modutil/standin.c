/* The least of a PAM library that the functions under test need, and an allocator that runs dry. */

#define _GNU_SOURCE 1
/* As for a PAM library itself: a handle may be null. */
#define LIBPAM_COMPILE 1
#include "world.h"

#include <malloc.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

struct datum {
    struct datum *next;
    char *name;
    void *data;
    void (*cleanup)(pam_handle_t *, void *, int);
};

struct pam_handle {
    char script[512];
    int is_module;
    int room; /* how many data may still be stored */
    struct datum *data;
};

int pam_start_confdir(const char *service, const char *user, const struct pam_conv *conversation,
                      const char *confdir, pam_handle_t **handle)
{
    (void)service, (void)user, (void)conversation;
    pam_handle_t *made = calloc(1, sizeof(*made));
    if (made == NULL)
        return PAM_BUF_ERR;
    const char *limit = getenv("STANDIN_ROOM");
    made->room = limit == NULL ? 1000 : atoi(limit);
    snprintf(made->script, sizeof(made->script), "%s/calls", confdir);
    *handle = made;
    return PAM_SUCCESS;
}

static long allocations;

int pam_authenticate(pam_handle_t *pamh, int flags)
{
    const char *arguments[] = {pamh->script, NULL};
    const char *dry = getenv("STANDIN_DRY");

    allocations = dry == NULL ? 0 : atol(dry);
    pamh->is_module = 1;
    int result = pam_sm_authenticate(pamh, flags, 1, arguments);
    pamh->is_module = 0;
    allocations = 0;
    return result;
}

int pam_end(pam_handle_t *pamh, int status)
{
    while (pamh->data != NULL) {
        struct datum *datum = pamh->data;
        pamh->data = datum->next;
        if (datum->cleanup != NULL)
            datum->cleanup(pamh, datum->data, status);
        free(datum->name);
        free(datum);
    }
    free(pamh);
    return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *pamh, const char *name, const void **data)
{
    if (pamh == NULL || !pamh->is_module)
        return PAM_SYSTEM_ERR;
    for (const struct datum *datum = pamh->data; datum != NULL; datum = datum->next)
        if (strcmp(name, datum->name) == 0) {
            *data = datum->data;
            return PAM_SUCCESS;
        }
    return PAM_NO_MODULE_DATA;
}

int pam_set_data(pam_handle_t *pamh, const char *name, void *data,
                 void (*cleanup)(pam_handle_t *, void *, int))
{
    if (pamh == NULL || !pamh->is_module)
        return PAM_SYSTEM_ERR;
    if (pamh->room-- <= 0)
        return PAM_BUF_ERR;
    struct datum *datum = malloc(sizeof(*datum));
    char *copy = malloc(strlen(name) + 1);
    if (datum == NULL || copy == NULL)
        abort();
    *datum = (struct datum){pamh->data, strcpy(copy, name), data, cleanup};
    pamh->data = datum;
    return PAM_SUCCESS;
}

void pam_syslog(const pam_handle_t *pamh, int priority, const char *format, ...)
{
    va_list arguments;

    (void)pamh;
    va_start(arguments, format);
    vsyslog(priority, format, arguments);
    va_end(arguments);
}

/* --- linked in by --wrap: allocation number STANDIN_DRY fails, freed secrets are told --------- */

extern const char *world_secret;

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
int __wrap_asprintf(char **text, const char *format, ...);
int __wrap___asprintf_chk(char **text, int flag, const char *format, ...);
void __real_free(void *block);
void __wrap_free(void *block);

static int is_dry(void)
{
    return allocations > 0 && --allocations == 0;
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_dry() ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *text)
{
    return is_dry() ? NULL : __real_strdup(text);
}

int __wrap_asprintf(char **text, const char *format, ...)
{
    va_list arguments;

    if (is_dry())
        return -1;
    va_start(arguments, format);
    int length = vasprintf(text, format, arguments);
    va_end(arguments);
    return length;
}

int __wrap___asprintf_chk(char **text, int flag, const char *format, ...)
{
    va_list arguments;

    (void)flag;
    if (is_dry())
        return -1;
    va_start(arguments, format);
    int length = vasprintf(text, format, arguments);
    va_end(arguments);
    return length;
}

void __wrap_free(void *block)
{
    const char *start = block;
    size_t size = block == NULL ? 0 : malloc_usable_size(block);

    if (world_secret >= start && world_secret < start + size) {
        printf("  freed the secret: %s\n", *world_secret == '\0' ? "wiped" : "readable");
        world_secret = NULL;
    }
    __real_free(block);
}
