/* `_contextvars`, which most Pythons have as a file: names for what the interpreter holds anyway. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>

PyObject *PyInit__pamkit_contextvars(void);

static PyObject *copy_context(PyObject *self, PyObject *nothing)
{
    (void)self;
    (void)nothing;
    return PyContext_CopyCurrent();
}

static PyMethodDef methods[] = {
    { "copy_context", copy_context, METH_NOARGS, NULL },
    { NULL, NULL, 0, NULL },
};

static int add_types(PyObject *module)
{
    bool added = PyModule_AddObjectRef(module, "Context", (PyObject *)&PyContext_Type) == 0 &&
                 PyModule_AddObjectRef(module, "ContextVar", (PyObject *)&PyContextVar_Type) == 0 &&
                 PyModule_AddObjectRef(module, "Token", (PyObject *)&PyContextToken_Type) == 0;
    return added ? 0 : -1;
}

static PyModuleDef_Slot slots[] = {
    { Py_mod_exec, add_types },
    { 0, NULL },
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_contextvars", .m_methods = methods, .m_slots = slots,
};

PyObject *PyInit__pamkit_contextvars(void)
{
    return PyModuleDef_Init(&definition);
}
