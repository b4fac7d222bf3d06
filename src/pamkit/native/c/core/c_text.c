/* Texts in the language of the program, from the catalogue of Linux-PAM.
 *
 * C: libpam neither calls setlocale(3) nor binds the domain to a directory; both are the
 * program's.  One that does not call setlocale is spoken to in English. */

#include "c_library.h"

#include <libintl.h>
#include <limits.h>

static const char domain[] = "Linux-PAM";

PyObject *c_translate(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    if (!c_has(count, 1))
        return NULL;
    const char *text = c_text_of(arguments[0]);
    if (text == NULL)
        return NULL;
    /* C: the empty text stands for the description of the catalogue. */
    if (text[0] == '\0')
        return Py_NewRef(arguments[0]);

    struct outside outside;
    c_leave(&outside);
    const char *translated = dgettext(domain, text);
    c_enter(&outside);
    return PyBytes_FromString(translated);
}

PyObject *c_translate_plural(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long number;
    if (!c_has(count, 3) || !c_long_of(arguments[2], 0, LONG_MAX, &number))
        return NULL;
    const char *one = c_text_of(arguments[0]);
    const char *many = one == NULL ? NULL : c_text_of(arguments[1]);
    if (many == NULL)
        return NULL;
    if (one[0] == '\0')
        return Py_NewRef(arguments[number == 1 ? 0 : 1]);

    struct outside outside;
    c_leave(&outside);
    const char *translated = dngettext(domain, one, many, (unsigned long)number);
    c_enter(&outside);
    return PyBytes_FromString(translated);
}
