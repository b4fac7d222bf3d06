/* New passwords judged by the system's libpwquality, opened when the first one is judged. */

#include "c_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <unistd.h>

enum {
    REMARK_SIZE = 256, /* C: PWQ_MAX_ERROR_MESSAGE_LEN */
};

struct libpwquality {
    void *(*default_settings)(void);
    void (*free_settings)(void *settings);
    int (*set_option)(void *settings, const char *option);
    int (*check)(void *settings, const char *new, const char *old, const char *user, void **extra);
    const char *(*strerror)(char *buffer, size_t size, int code, void *extra);
};

/* Read and written under the interpreter's lock, the fields all at once. */
static struct libpwquality loaded;

/* libcrack, which libpwquality asks, is not safe for threads. */
static pthread_mutex_t library_lock = PTHREAD_MUTEX_INITIALIZER;
static pid_t library_process;

static bool is_whole(const struct libpwquality *library)
{
    return library->default_settings != NULL && library->free_settings != NULL
           && library->set_option != NULL && library->check != NULL && library->strerror != NULL;
}

/* Whether there is a libpwquality; if not, an exception is set.
 *
 * The loader's lock may be held by a thread that waits for the interpreter's, so this one is
 * given back.  Two threads may do this at once: both find the same. */
static bool load(void)
{
    if (is_whole(&loaded))
        return true;
    struct libpwquality found = {0};
    struct outside outside;
    c_leave(&outside);
    void *library = dlopen("libpwquality.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library != NULL) {
        *(void **)&found.default_settings = dlsym(library, "pwquality_default_settings");
        *(void **)&found.free_settings = dlsym(library, "pwquality_free_settings");
        *(void **)&found.set_option = dlsym(library, "pwquality_set_option");
        *(void **)&found.check = dlsym(library, "pwquality_check");
        *(void **)&found.strerror = dlsym(library, "pwquality_strerror");
    }
    c_enter(&outside);
    if (is_whole(&found)) {
        loaded = found;
        return true;
    }
    if (library == NULL)
        c_failed_because(ENOENT, "there is no `libpwquality.so.1`");
    else
        c_failed_because(ENOSYS, "libpwquality lacks a function");
    return false;
}

struct judgement {
    int error; /* of ours, 0 if there is none */
    int code;
    const char *text;
    char buffer[REMARK_SIZE];
};

static void judge(const struct libpwquality *library, const char *const *options, Py_ssize_t count,
                  const char *const asked[3], struct judgement *judgement)
{
    void *settings = library->default_settings();
    if (settings == NULL) {
        judgement->error = ENOMEM;
        return;
    }
    for (Py_ssize_t at = 0; at < count && judgement->error == 0; at++)
        if (library->set_option(settings, options[at]) != 0)
            judgement->error = EINVAL;
    if (judgement->error == 0) {
        void *extra = NULL;
        judgement->code = library->check(settings, asked[0], asked[1], asked[2], &extra);
        if (judgement->code < 0)
            judgement->text
                = library->strerror(judgement->buffer, REMARK_SIZE, judgement->code, extra);
    }
    library->free_settings(settings);
}

/* Fills `options` with the texts of a tuple; false with an exception set. */
static bool options_of(PyObject *settings, const char **options)
{
    for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(settings); at++) {
        options[at] = c_text_of(PyTuple_GET_ITEM(settings, at));
        if (options[at] == NULL)
            return false;
    }
    return true;
}

static PyObject *judged(PyObject *settings, const char *const asked[3])
{
    Py_ssize_t count = PyTuple_GET_SIZE(settings);
    const char **options = PyMem_Calloc((size_t)count + 1, sizeof *options);
    if (options == NULL)
        return PyErr_NoMemory();
    if (!options_of(settings, options) || !load()) {
        PyMem_Free(options);
        return NULL;
    }

    /* Whoever held it when this process was forked is not here to give it back. */
    if (library_process != getpid()) {
        library_process = getpid();
        library_lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    }
    struct libpwquality library = loaded;
    struct judgement judgement = {.text = ""};
    struct outside outside;
    c_leave(&outside);
    pthread_mutex_lock(&library_lock);
    judge(&library, options, count, asked, &judgement);
    pthread_mutex_unlock(&library_lock);
    c_enter(&outside);

    PyMem_Free(options);
    if (judgement.error == EINVAL)
        return c_failed_because(EINVAL, "libpwquality does not know a setting");
    if (judgement.error != 0)
        return c_failed(judgement.error, "pwquality_default_settings");
    return Py_BuildValue("(iy)", judgement.code, judgement.text);
}

PyObject *c_pwquality_check(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    if (!c_has(count, 4))
        return NULL;
    const char *asked[3] = {c_text_of(arguments[1]), NULL, NULL};
    if (asked[0] == NULL || !c_text_or_none(arguments[2], &asked[1])
        || !c_text_or_none(arguments[3], &asked[2]))
        return NULL;
    /* A tuple of our own: the texts in it stay as long as it does. */
    PyObject *settings = PySequence_Tuple(arguments[0]);
    if (settings == NULL)
        return NULL;
    PyObject *result = judged(settings, asked);
    Py_DECREF(settings);
    return result;
}
