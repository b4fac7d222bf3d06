/* Memory as C sees it: Python's built-in module `_pamkit_door`, for the doors alone. */

#include "core.h"

#include <security/pam_appl.h>
#include <stdlib.h>
#include <string.h>

static bool address_of(PyObject *number, void **address)
{
    unsigned long long word = PyLong_AsUnsignedLongLong(number);
    *address = (void *)(uintptr_t)word;
    return !(word == (unsigned long long)-1 && PyErr_Occurred());
}

static PyObject *number_of(const void *address)
{
    return address == NULL ? PyErr_NoMemory() : PyLong_FromVoidPtr((void *)(uintptr_t)address);
}

static PyObject *text(PyObject *self, PyObject *where)
{
    (void)self;
    void *address;
    if (!address_of(where, &address)) {
        return NULL;
    }
    if (address == NULL) {
        Py_RETURN_NONE;
    }
    return PyBytes_FromString(address);
}

static PyObject *data(PyObject *self, PyObject *arguments)
{
    (void)self;
    unsigned long long where;
    Py_ssize_t length;
    if (!PyArg_ParseTuple(arguments, "Kn", &where, &length)) {
        return NULL;
    }
    return PyBytes_FromStringAndSize((const char *)(uintptr_t)where, length);
}

/* C: libpam hands out what free(3) takes, so it comes from malloc(3). */
static PyObject *copy(PyObject *self, PyObject *bytes)
{
    (void)self;
    Py_buffer view;
    if (PyObject_GetBuffer(bytes, &view, PyBUF_SIMPLE) != 0) {
        return NULL;
    }
    char *made = malloc((size_t)view.len + 1);
    if (made != NULL) {
        memcpy(made, view.buf, (size_t)view.len);
        made[view.len] = '\0';
    }
    PyBuffer_Release(&view);
    return number_of(made);
}

static PyObject *blank(PyObject *self, PyObject *size)
{
    (void)self;
    size_t length = PyLong_AsSize_t(size);
    if (length == (size_t)-1 && PyErr_Occurred()) {
        return NULL;
    }
    return number_of(calloc(1, length));
}

static PyObject *forget(PyObject *self, PyObject *arguments)
{
    (void)self;
    unsigned long long where;
    Py_ssize_t length = -1;
    if (!PyArg_ParseTuple(arguments, "K|n", &where, &length)) {
        return NULL;
    }
    char *address = (char *)(uintptr_t)where;
    if (address != NULL) {
        explicit_bzero(address, length < 0 ? strlen(address) : (size_t)length);
        free(address);
    }
    Py_RETURN_NONE;
}

static PyObject *word(PyObject *self, PyObject *where)
{
    (void)self;
    void *address;
    if (!address_of(where, &address)) {
        return NULL;
    }
    return PyLong_FromUnsignedLongLong(*(const pamkit_word *)address);
}

static PyObject *set_word(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    (void)self;
    void *address, *value;
    if (count != 2 || !address_of(arguments[0], &address) || !address_of(arguments[1], &value)) {
        return NULL;
    }
    *(pamkit_word *)address = (pamkit_word)value;
    Py_RETURN_NONE;
}

static PyObject *number(PyObject *self, PyObject *where)
{
    (void)self;
    void *address;
    if (!address_of(where, &address)) {
        return NULL;
    }
    return PyLong_FromLong(*(const int *)address);
}

static PyObject *set_number(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    (void)self;
    void *address;
    if (count != 2 || !address_of(arguments[0], &address)) {
        return NULL;
    }
    long value = PyLong_AsLong(arguments[1]);
    if (value == -1 && PyErr_Occurred()) {
        return NULL;
    }
    *(int *)address = (int)value;
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    { "text", text, METH_O, "Return the bytes of a C string, or None for a null pointer." },
    { "data", data, METH_VARARGS, "Return so many bytes." },
    { "copy", copy, METH_O, "Return the address of a copy, with a NUL behind it." },
    { "blank", blank, METH_O, "Return the address of so many bytes of zero." },
    { "forget", forget, METH_VARARGS, "Overwrite and free a string, or so many bytes." },
    { "word", word, METH_O, "Return the word at an address." },
    { "set_word", (PyCFunction)(void (*)(void))set_word, METH_FASTCALL, "Set a word." },
    { "number", number, METH_O, "Return the int at an address." },
    { "set_number", (PyCFunction)(void (*)(void))set_number, METH_FASTCALL, "Set an int." },
    { NULL, NULL, 0, NULL },
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "_pamkit_door", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC PyInit__pamkit_door(void)
{
    return PyModuleDef_Init(&definition);
}
