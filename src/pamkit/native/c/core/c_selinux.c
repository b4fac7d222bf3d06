/* The system's libselinux, opened when it is first asked. */

#include "c_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MOST_TEXTS = 4,
    MOST_GIVEN = 2,
    MOST_SAID = 4096,
    LOG_CALLBACK = 0, /* C: SELINUX_CB_LOG */
};

/* What a function takes and gives, beside texts. */
enum shape {
    PLAIN,
    CONTEXTS, /* takes one more, which is NULL, and gives a list */
    ACCESS,   /* takes one more, which is NULL */
    RELABEL,  /* the last text is the name of a class */
};

struct selinux_function {
    const char *name;
    enum shape shape;
    int takes, gives;
    int may_be_none; /* the place of a text that may be missing, or -1 */
};

static const struct selinux_function known[] = {
    {"getcon", PLAIN, 0, 1, -1},
    {"getprevcon_raw", PLAIN, 0, 1, -1},
    {"getexeccon", PLAIN, 0, 1, -1},
    {"setexeccon", PLAIN, 1, 0, 0},
    {"setkeycreatecon", PLAIN, 1, 0, 0},
    {"security_check_context", PLAIN, 1, 0, -1},
    {"getfilecon", PLAIN, 1, 1, -1},
    {"selinux_trans_to_raw_context", PLAIN, 1, 1, -1},
    {"get_default_type", PLAIN, 1, 1, -1},
    {"setfilecon", PLAIN, 2, 0, -1},
    {"getseuser", PLAIN, 2, 2, -1},
    {"get_ordered_context_list_with_level", CONTEXTS, 2, 0, 1},
    {"selinux_check_access", ACCESS, 4, 0, -1},
    {"security_compute_relabel", RELABEL, 3, 1, -1},
    {"security_compute_member", RELABEL, 3, 1, -1},
};

typedef int asks_none(char **first);
typedef int takes_one(const char *one);
typedef int asks_one(const char *one, char **first);
typedef int takes_two(const char *one, const char *two);
typedef int asks_two(const char *one, const char *two, char **first, char **second);
typedef int asks_contexts(const char *user, const char *level, const char *from, char ***list);
typedef int asks_access(const char *subject, const char *object, const char *kind,
                        const char *right, void *extra);
typedef int asks_label(const char *subject, const char *object, unsigned short kind, char **first);
typedef unsigned short asks_class(const char *name);

/* C: `union selinux_callback`, which has other functions as well. */
union callback {
    int (*log)(int type, const char *format, ...);
    void *other;
};
typedef union callback asks_callback(int which);
typedef void sets_callback(int which, union callback callback);

/* A function by its shape. */
union address {
    void *found;
    asks_none *asks_none;
    takes_one *takes_one;
    asks_one *asks_one;
    takes_two *takes_two;
    asks_two *asks_two;
    asks_contexts *asks_contexts;
    asks_access *asks_access;
    asks_label *asks_label;
};

struct libselinux {
    void *handle;
    void (*free_text)(char *text);
    void (*free_list)(char **list);
    asks_class *find_class;
    asks_callback *callback;
    sets_callback *set_callback;
};

/* Read and written under the interpreter's lock, the fields all at once. */
static struct libselinux loaded;

/* Its cache of decisions is not safe for threads. */
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t library_process;

struct asked {
    const struct selinux_function *function;
    union address address;
    const char *texts[MOST_TEXTS];
    int error; /* -1: it did what it was asked for */
    const char *failed;
    char *given[MOST_GIVEN];
    char **list;
    int count;
    bool listens; /* to what the library says meanwhile */
    size_t said_size;
    char said[MOST_SAID];
};

/* Who listens to the library in this thread. */
static __thread struct asked *listening __attribute__((tls_model("initial-exec")));

/* Finds the library and the function; false with an exception set.
 *
 * The loader's lock may be held by a thread that waits for the interpreter's, so this one is
 * given back.  Two threads may do this at once: both find the same. */
static bool find(struct asked *asked)
{
    struct libselinux found = loaded;
    struct outside outside;
    c_leave(&outside);
    if (found.handle == NULL) {
        found.handle = dlopen("libselinux.so.1", RTLD_NOW | RTLD_LOCAL);
        if (found.handle != NULL) {
            *(void **)&found.free_text = dlsym(found.handle, "freecon");
            *(void **)&found.free_list = dlsym(found.handle, "freeconary");
            *(void **)&found.find_class = dlsym(found.handle, "string_to_security_class");
            *(void **)&found.callback = dlsym(found.handle, "selinux_get_callback");
            *(void **)&found.set_callback = dlsym(found.handle, "selinux_set_callback");
        }
    }
    if (found.handle != NULL)
        asked->address.found = dlsym(found.handle, asked->function->name);
    c_enter(&outside);
    if (found.handle == NULL) {
        c_failed_because(ENOSYS, "there is no `libselinux.so.1`");
        return false;
    }
    loaded = found;
    if (asked->address.found == NULL || found.free_text == NULL || found.free_list == NULL
        || found.find_class == NULL
        || (asked->listens && (found.callback == NULL || found.set_callback == NULL))) {
        c_failed_because(ENOSYS, "libselinux lacks a function");
        return false;
    }
    return true;
}

static int call_plain(struct asked *asked)
{
    const char *const *texts = asked->texts;
    char **given = asked->given;
    int takes = asked->function->takes, gives = asked->function->gives;

    if (takes == 0)
        return asked->address.asks_none(&given[0]);
    if (takes == 1 && gives == 0)
        return asked->address.takes_one(texts[0]);
    if (takes == 1)
        return asked->address.asks_one(texts[0], &given[0]);
    if (gives == 0)
        return asked->address.takes_two(texts[0], texts[1]);
    return asked->address.asks_two(texts[0], texts[1], &given[0], &given[1]);
}

/* Keeps what the library says; what there is no room for is lost. */
__attribute__((format(printf, 2, 3))) static int keep(int type, const char *format, ...)
{
    struct asked *asked = listening;
    va_list arguments;

    (void)type;
    if (asked == NULL)
        return 0;
    size_t room = sizeof asked->said - asked->said_size;
    va_start(arguments, format);
    int size = vsnprintf(asked->said + asked->said_size, room, format, arguments);
    va_end(arguments);
    if (size > 0)
        asked->said_size += (size_t)size < room ? (size_t)size : room - 1;
    return 0;
}

static int check_access(const struct libselinux *library, struct asked *asked)
{
    const char *const *texts = asked->texts;

    if (!asked->listens)
        return asked->address.asks_access(texts[0], texts[1], texts[2], texts[3], NULL);
    union callback before = library->callback(LOG_CALLBACK);
    library->set_callback(LOG_CALLBACK, (union callback){.log = keep});
    listening = asked;
    int result = asked->address.asks_access(texts[0], texts[1], texts[2], texts[3], NULL);
    listening = NULL;
    library->set_callback(LOG_CALLBACK, before);
    return result;
}

static void call(const struct libselinux *library, struct asked *asked)
{
    const char *const *texts = asked->texts;
    unsigned short kind = 1;
    int result = -1;

    errno = 0;
    switch (asked->function->shape) {
    case PLAIN:
        result = call_plain(asked);
        /* C: only this one has something else to say than 0. */
        if (result > 0 && strcmp(asked->function->name, "getfilecon") == 0)
            result = 0;
        break;
    case CONTEXTS:
        asked->count = asked->address.asks_contexts(texts[0], texts[1], NULL, &asked->list);
        result = asked->count < 0 ? -1 : 0;
        break;
    case ACCESS:
        result = check_access(library, asked);
        break;
    case RELABEL:
        kind = library->find_class(texts[2]);
        if (kind != 0) {
            errno = 0;
            result = asked->address.asks_label(texts[0], texts[1], kind, &asked->given[0]);
        }
        break;
    }
    asked->error = result == 0 ? -1 : errno;
    asked->failed = kind == 0 ? "string_to_security_class" : asked->function->name;
}

static PyObject *failed(const struct asked *asked)
{
    if (asked->error != 0)
        return c_failed(asked->error, asked->failed);
    /* C: some functions fail without a reason, which Python does not know. */
    PyObject *fault = PyObject_CallFunction(PyExc_OSError, "iss", 0, strerror(0), asked->failed);
    if (fault != NULL) {
        PyErr_SetObject(PyExc_OSError, fault);
        Py_DECREF(fault);
    }
    return NULL;
}

/* Returns the texts that were given as a tuple; frees what the library made. */
static PyObject *result_of(const struct libselinux *library, struct asked *asked)
{
    PyObject *result = NULL;
    int gives = asked->function->shape == CONTEXTS ? asked->count : asked->function->gives;
    char **given = asked->function->shape == CONTEXTS ? asked->list : asked->given;

    if (asked->error >= 0)
        return failed(asked);
    result = PyTuple_New(gives);
    for (int at = 0; result != NULL && at < gives; at++) {
        PyObject *text = given[at] == NULL ? Py_NewRef(Py_None) : PyBytes_FromString(given[at]);
        if (text == NULL)
            Py_CLEAR(result);
        else
            PyTuple_SET_ITEM(result, at, text);
    }
    if (asked->list != NULL)
        library->free_list(asked->list);
    for (int at = 0; at < MOST_GIVEN; at++)
        if (asked->given[at] != NULL)
            library->free_text(asked->given[at]);
    return result;
}

/* Asks the library; false with an exception set if there is none to ask. */
static bool ask(struct asked *asked)
{
    if (!find(asked))
        return false;
    /* Whoever held it when this process was forked is not here to give it back. */
    if (library_process != getpid()) {
        library_process = getpid();
        library_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    }
    struct libselinux library = loaded;
    struct outside outside;
    c_leave(&outside);
    pthread_mutex_lock(&library_lock);
    call(&library, asked);
    pthread_mutex_unlock(&library_lock);
    c_enter(&outside);
    return true;
}

static const struct selinux_function *function_of(const char *name, Py_ssize_t count)
{
    for (size_t at = 0; at < sizeof known / sizeof known[0]; at++)
        if (strcmp(known[at].name, name) == 0 && known[at].takes == count)
            return &known[at];
    PyErr_SetString(PyExc_ValueError, "no function of libselinux that takes so many texts");
    return NULL;
}

static bool take_texts(PyObject *texts, struct asked *asked)
{
    for (int at = 0; at < asked->function->takes; at++) {
        PyObject *text = PyTuple_GET_ITEM(texts, at);
        if (at == asked->function->may_be_none && text == Py_None)
            continue;
        asked->texts[at] = c_text_of(text);
        if (asked->texts[at] == NULL)
            return false;
    }
    return true;
}

/* selinux(function, texts): the texts that a function of libselinux gives; `OSError` with its name
 * if it fails. */
PyObject *c_selinux(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    if (!c_has(count, 2))
        return NULL;
    const char *name = c_text_of(arguments[0]);
    /* A tuple of our own: the texts in it stay as long as it does. */
    PyObject *texts = name == NULL ? NULL : PySequence_Tuple(arguments[1]);
    if (texts == NULL)
        return NULL;
    struct asked asked = {.function = function_of(name, PyTuple_GET_SIZE(texts))};
    PyObject *result = NULL;
    if (asked.function != NULL && take_texts(texts, &asked) && ask(&asked))
        result = result_of(&loaded, &asked);
    Py_DECREF(texts);
    return result;
}

/* selinux_access(subject, object, kind, right): whether selinux_check_access(3) says yes, and what
 * the library says meanwhile, which would go to its log. */
PyObject *c_selinux_access(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    struct asked asked = {.function = function_of("selinux_check_access", MOST_TEXTS)};
    asked.listens = true;
    if (asked.function == NULL || !c_has(count, MOST_TEXTS))
        return NULL;
    for (int at = 0; at < MOST_TEXTS; at++)
        if ((asked.texts[at] = c_text_of(arguments[at])) == NULL)
            return NULL;
    if (!ask(&asked))
        return NULL;
    return Py_BuildValue("Oy#", asked.error == -1 ? Py_True : Py_False, asked.said,
                         (Py_ssize_t)asked.said_size);
}
