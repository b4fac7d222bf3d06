/* An error of our own: a line for the administrator, nothing for the terminal. */

#include "core.h"

#include <frameobject.h>
#include <syslog.h>

/* The text of an exception stays unread: it could hold what the applicant typed. */
void core_report_error(const char *where)
{
    PyObject *kind, *value, *trace;
    PyErr_Fetch(&kind, &value, &trace);
    const char *name = kind != NULL && PyType_Check(kind) ? ((PyTypeObject *)kind)->tp_name : "error";
    const char *file = "unknown place";
    int line = 0;
    PyObject *filename = NULL;
    if (trace != NULL && PyTraceBack_Check(trace)) {
        PyTracebackObject *inner = (PyTracebackObject *)trace;
        while (inner->tb_next != NULL) {
            inner = inner->tb_next;
        }
        PyCodeObject *code = PyFrame_GetCode(inner->tb_frame);
        line = PyCode_Addr2Line(code, inner->tb_lasti);
        filename = code->co_filename;
        Py_INCREF(filename);
        Py_DECREF(code);
        const char *text = PyUnicode_AsUTF8(filename);
        file = text != NULL ? text : file;
    }
    syslog(LOG_AUTHPRIV | LOG_CRIT, "PAM pamkit: %s in %s at %s:%d", name, where, file, line);
    Py_XDECREF(filename);
    Py_XDECREF(kind);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    PyErr_Clear();
}
