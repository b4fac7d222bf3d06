/* The addresses of other machines, from the C library's name service. */

#include "c_library.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>

/* C: NI_MAXHOST is hidden by some standards; an address may have the name of an interface. */
enum { NUMBER_SIZE = 1025 };

/* Sets `OSError` with the resolver's words, `FileNotFoundError` if it knows of no such host. */
static PyObject *failed(int code)
{
    int kind = EIO;
    switch (code) {
    case EAI_NONAME:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        kind = ENOENT;
    }
    /* The words are in the language of the program, and in its character set. */
    const char *reason = gai_strerror(code);
    PyObject *words = PyUnicode_DecodeUTF8(reason, (Py_ssize_t)strlen(reason), "replace");
    PyObject *arguments = words == NULL ? NULL : Py_BuildValue("(iN)", kind, words);
    if (arguments != NULL) {
        PyErr_SetObject(PyExc_OSError, arguments);
        Py_DECREF(arguments);
    }
    return NULL;
}

/* Adds the address to the list, unless it is there already; false with an exception set. */
static bool add(PyObject *numbers, const struct addrinfo *entry)
{
    char text[NUMBER_SIZE];
    int code = getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, NULL, 0,
                           NI_NUMERICHOST);
    if (code != 0)
        return failed(code) != NULL;
    PyObject *number = PyBytes_FromString(text);
    if (number == NULL)
        return false;
    int known = PySequence_Contains(numbers, number);
    if (known == 0)
        known = PyList_Append(numbers, number);
    Py_DECREF(number);
    return known >= 0;
}

PyObject *c_addresses(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    if (!c_has(count, 1))
        return NULL;
    const char *host = c_text_of(arguments[0]);
    if (host == NULL)
        return NULL;

    /* Else every address comes once for each kind of socket. */
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *first = NULL;
    struct outside outside;
    c_leave(&outside);
    int code = getaddrinfo(host, NULL, &hints, &first);
    c_enter(&outside);
    if (code != 0)
        return failed(code);

    PyObject *numbers = PyList_New(0);
    for (const struct addrinfo *at = first; numbers != NULL && at != NULL; at = at->ai_next)
        if (!add(numbers, at))
            Py_CLEAR(numbers);
    freeaddrinfo(first);
    if (numbers == NULL)
        return NULL;
    PyObject *found = PyList_AsTuple(numbers);
    Py_DECREF(numbers);
    return found;
}
