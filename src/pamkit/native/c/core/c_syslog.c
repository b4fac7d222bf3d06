/* Lines for the administrator. */

#include "c_library.h"

#include <syslog.h>

/* C: no `openlog`, the program's own name and options are used, as by pam_syslog(3). */
PyObject *c_syslog(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    (void)module;
    long priority;
    if (!c_has(count, 2) || !c_long_of(arguments[0], 0, LOG_FACMASK | LOG_PRIMASK, &priority))
        return NULL;
    const char *line = c_text_of(arguments[1]);
    if (line == NULL)
        return NULL;

    struct outside outside;
    c_leave(&outside);
    syslog((int)priority, "%s", line);
    c_enter(&outside);
    Py_RETURN_NONE;
}
