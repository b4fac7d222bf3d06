/* Password hashes from the system's libcrypt, which is opened when the first one is asked for. */

#include "c_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* C: `struct crypt_data` has 32,768 bytes in libxcrypt; glibc's old one has 131,232. */
    NEW_DATA_SIZE = 32768,
    OLD_DATA_SIZE = 1 << 18,
    SETTING_SIZE = 192,
};

typedef char *crypt_rn_function(const char *token, const char *setting, void *data, int size);
typedef char *crypt_r_function(const char *token, const char *setting, void *data);
typedef char *gensalt_function(const char *prefix, unsigned long count, const char *entropy,
                               int entropy_size, char *output, int output_size);

struct libcrypt {
    crypt_rn_function *crypt_rn; /* NULL in an old library */
    crypt_r_function *crypt_r;   /* NULL as long as there is no library */
    gensalt_function *gensalt;   /* NULL in an old library */
};

/* Read and written under the interpreter's lock, the fields all at once. */
static struct libcrypt loaded;

/* libxcrypt under the name it has on Fedora and its kin, and on Debian and its kin. */
static void *open_libcrypt(void)
{
    void *library = dlopen("libcrypt.so.2", RTLD_NOW | RTLD_LOCAL);
    return library != NULL ? library : dlopen("libcrypt.so.1", RTLD_NOW | RTLD_LOCAL);
}

static void *symbol(void *library, const char *name)
{
    return dlsym(library, name);
}

/* Whether there is a libcrypt; if not, an exception is set.
 *
 * The loader's lock may be held by a thread that waits for the interpreter's, so this one is
 * given back.  Two threads may do this at once: both find the same. */
static bool load(void)
{
    if (loaded.crypt_r != NULL)
        return true;
    struct libcrypt found = {0};
    struct outside outside;
    c_leave(&outside);
    void *library = open_libcrypt();
    if (library != NULL) {
        found.crypt_rn = (crypt_rn_function *)symbol(library, "crypt_rn");
        found.crypt_r = (crypt_r_function *)symbol(library, "crypt_r");
        found.gensalt = (gensalt_function *)symbol(library, "crypt_gensalt_rn");
    }
    c_enter(&outside);
    if (found.crypt_r != NULL) {
        loaded = found;
        return true;
    }
    if (library == NULL)
        c_failed_because(ENOENT, "passwords cannot be hashed: expected `libcrypt.so.2` or "
                                 "`libcrypt.so.1`, install libcrypt1 (Debian) or libxcrypt "
                                 "(elsewhere)");
    else
        c_failed_because(ENOSYS, "libcrypt has no `crypt_r`: install libxcrypt");
    return false;
}

/* C: `*0` and `*1` are failures; no hash and no setting begins with a star. */
static PyObject *unless_failed(const char *text)
{
    if (text == NULL || text[0] == '\0' || text[0] == '*')
        Py_RETURN_NONE;
    return PyBytes_FromString(text);
}

PyObject *c_crypt(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    if (!c_has(count, 2))
        return NULL;
    const char *token = c_text_of(arguments[0]);
    const char *setting = token == NULL ? NULL : c_text_of(arguments[1]);
    if (setting == NULL || !load())
        return NULL;

    int size = loaded.crypt_rn != NULL ? NEW_DATA_SIZE : OLD_DATA_SIZE;
    char *data = calloc(1, (size_t)size);
    if (data == NULL)
        return PyErr_NoMemory();
    struct libcrypt library = loaded;
    struct outside outside;
    c_leave(&outside);
    const char *hashed = library.crypt_rn != NULL ? library.crypt_rn(token, setting, data, size)
                                                  : library.crypt_r(token, setting, data);
    c_enter(&outside);

    PyObject *result = unless_failed(hashed);
    explicit_bzero(data, (size_t)size);
    free(data);
    return result;
}

PyObject *c_makes_settings(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    (void)arguments;
    if (!c_has(count, 0) || !load())
        return NULL;
    return PyBool_FromLong(loaded.gensalt != NULL);
}

PyObject *c_new_setting(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long rounds;
    if (!c_has(count, 3) || !c_long_of(arguments[1], 0, LONG_MAX, &rounds))
        return NULL;
    const char *prefix = c_text_of(arguments[0]);
    if (prefix == NULL)
        return NULL;
    if (!PyBytes_Check(arguments[2]) || PyBytes_GET_SIZE(arguments[2]) > INT_MAX) {
        PyErr_SetString(PyExc_TypeError, "expected bytes");
        return NULL;
    }
    if (!load())
        return NULL;
    if (loaded.gensalt == NULL)
        return c_failed_because(ENOSYS, "libcrypt has no `crypt_gensalt_rn`");

    char output[SETTING_SIZE] = "";
    const char *entropy = PyBytes_AS_STRING(arguments[2]);
    int entropy_size = (int)PyBytes_GET_SIZE(arguments[2]);
    const char *made = loaded.gensalt(prefix, (unsigned long)rounds, entropy, entropy_size, output,
                                      SETTING_SIZE);
    return unless_failed(made);
}
