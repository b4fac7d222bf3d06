/* Imports what is frozen or built in, and nothing else: no file is ever looked at.
 *
 * Python's own machinery for importing is a third of the start of an interpreter; here a name
 * is found in a table. `import` statements of the engine reach this function. Files of Python
 * that a policy names have an `__import__` of their own (pamkit/stores/standard_library.py): what
 * they import of the standard library lies in `sys.modules`, and the engine never looks there for
 * a name that is frozen. */

#include "core.h"

#include <marshal.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

/* What every start needs was marshalled as one tuple: names and code in turn. */
static PyObject *together;

/* Modules that are frozen and not pamkit's: short forms of what the standard library calls so. */
static PyObject *short_forms;

/* One thread at a time runs modules; what it runs is none for the others until it is done. Read
 * and written under the interpreter's lock, which the code of a module may lose in between. */
static struct {
    unsigned forks;
    pthread_t thread;
    unsigned depth;
} runner;
static PyObject *being_run; /* names of modules, and the tables they lie in */

static int read_together(void)
{
    const struct _frozen *entry = pamkit_frozen;
    while (entry->name != NULL && entry->name[0] != '\0') {
        entry++;
    }
    together = PyDict_New();
    short_forms = PyDict_New();
    being_run = PyDict_New();
    if (together == NULL || short_forms == NULL || being_run == NULL) {
        return -1;
    }
    if (entry->name == NULL) {
        return 0;
    }
    PyObject *pairs = PyMarshal_ReadObjectFromString((const char *)entry->code, entry->size);
    if (pairs == NULL || !PyTuple_Check(pairs)) {
        Py_XDECREF(pairs);
        return -1;
    }
    int bad = 0;
    for (Py_ssize_t i = 0; !bad && i + 1 < PyTuple_GET_SIZE(pairs); i += 2) {
        bad = PyDict_SetItem(together, PyTuple_GET_ITEM(pairs, i), PyTuple_GET_ITEM(pairs, i + 1));
    }
    Py_DECREF(pairs);
    return bad;
}

static const struct _frozen *frozen_named(const char *name)
{
    const struct _frozen *entry = pamkit_frozen;
    while (entry->name != NULL && strcmp(entry->name, name) != 0) {
        entry++;
    }
    return entry->name == NULL ? NULL : entry;
}

static const struct _inittab *builtin_named(const char *name)
{
    const struct _inittab *entry = core_builtins;
    while (entry->name != NULL && strcmp(entry->name, name) != 0) {
        entry++;
    }
    return entry->name == NULL || entry->initfunc == NULL ? NULL : entry;
}

/* Returns a borrowed reference to a module that was just made of a table's entry. */
static PyObject *bring_builtin(const struct _inittab *entry, PyObject *modules)
{
    PyObject *made = entry->initfunc();
    if (made != NULL && PyObject_TypeCheck(made, &PyModuleDef_Type)) {
        PyModuleDef *definition = (PyModuleDef *)made;
        PyObject *spec = PyModule_New(entry->name); /* anything that can hold a `name` */
        PyObject *name = spec == NULL ? NULL : PyUnicode_FromString(entry->name);
        made = NULL;
        if (name != NULL && PyObject_SetAttrString(spec, "name", name) == 0) {
            made = PyModule_FromDefAndSpec(definition, spec);
        }
        Py_XDECREF(name);
        Py_XDECREF(spec);
        if (made != NULL && PyModule_ExecDef(made, definition) != 0) {
            Py_CLEAR(made);
        }
    }
    if (made == NULL || PyDict_SetItemString(modules, entry->name, made) != 0) {
        Py_XDECREF(made);
        return NULL;
    }
    Py_DECREF(made); /* `sys.modules` holds it */
    return made;
}

static bool is_runner(void)
{
    return runner.depth > 0 && runner.forks == core_forks() &&
           pthread_equal(runner.thread, pthread_self());
}

/* Returns when the thread that runs modules may have come to its end. */
static void wait_for_runner(void)
{
    if (runner.forks == core_forks()) {
        const struct timespec pause = { .tv_nsec = 200000 };
        Py_BEGIN_ALLOW_THREADS
        nanosleep(&pause, NULL);
        Py_END_ALLOW_THREADS
        return;
    }
    /* It was left behind by a fork, in the middle: what it ran will never be whole. */
    PyObject *name, *table;
    for (Py_ssize_t at = 0; PyDict_Next(being_run, &at, &name, &table);) {
        if (PyDict_DelItem(table, name) != 0) {
            PyErr_Clear();
        }
    }
    PyDict_Clear(being_run);
    runner.depth = 0;
}

/* Runs the code of a module, which is given away; returns a borrowed reference. */
static PyObject *run_module(const char *name, PyObject *code, PyObject *modules)
{
    PyObject *module = code == NULL ? NULL : PyModule_New(name);
    PyObject *done = NULL;
    if (module != NULL && (PyDict_SetItemString(being_run, name, modules) != 0 ||
                           PyDict_SetItemString(modules, name, module) != 0)) {
        Py_CLEAR(module);
    }
    if (module != NULL) {
        Py_DECREF(module); /* the table holds it */
        PyObject *names = PyModule_GetDict(module);
        if (PyDict_SetItemString(names, "__builtins__", PyEval_GetBuiltins()) == 0) {
            done = PyEval_EvalCode(code, names, names);
        }
        PyObject *kind, *value, *trace;
        PyErr_Fetch(&kind, &value, &trace);
        if (done == NULL) { /* half a module is none */
            PyDict_DelItemString(modules, name);
            module = NULL;
        }
        PyDict_DelItemString(being_run, name);
        PyErr_Restore(kind, value, trace);
    }
    Py_XDECREF(done);
    Py_XDECREF(code);
    return module;
}

static bool is_pamkit(const char *name)
{
    return strncmp(name, "pamkit", 6) == 0 && (name[6] == '\0' || name[6] == '.');
}

/* Returns a borrowed reference to a module that is whole, or is being run by this very thread. */
static PyObject *loaded_module(const char *name, PyObject *modules)
{
    PyObject *module = PyDict_GetItemString(modules, name);
    bool is_whole = runner.depth == 0 || is_runner() || PyDict_GetItemString(being_run, name) == NULL;
    return module != Py_None && is_whole ? module : NULL;
}

static PyObject *bring(const char *name, PyObject *modules, PyObject *ready,
                       const struct _frozen *frozen)
{
    PyObject *module = NULL;
    const char *dot = strrchr(name, '.');
    PyObject *parent = NULL;
    if (dot != NULL) {
        char package[256];
        size_t length = (size_t)(dot - name);
        if (length >= sizeof package) {
            PyErr_SetString(PyExc_ImportError, "the name is too long");
            return NULL;
        }
        memcpy(package, name, length);
        package[length] = '\0';
        parent = core_import(package);
        if (parent == NULL) {
            return NULL;
        }
    }
    const struct _inittab *builtin = frozen == NULL ? builtin_named(name) : NULL;
    if (ready != NULL) {
        Py_INCREF(ready);
        module = run_module(name, ready, modules);
    } else if (frozen != NULL) {
        PyObject *code = PyMarshal_ReadObjectFromString((const char *)frozen->code, frozen->size);
        module = run_module(name, code, modules);
    } else if (builtin != NULL) {
        module = bring_builtin(builtin, modules);
    } else {
        PyObject *text = PyUnicode_FromString(name);
        PyErr_SetImportErrorSubclass(PyExc_ModuleNotFoundError, text, text, NULL);
        Py_XDECREF(text);
        return NULL;
    }
    if (module != NULL && parent != NULL && PyObject_SetAttrString(parent, dot + 1, module) != 0) {
        return NULL;
    }
    return module;
}

/* The module, brought in with the packages it lies in. */
PyObject *core_import(const char *name)
{
    bool may_be_short = !is_pamkit(name);
    PyObject *module = loaded_module(name, may_be_short ? short_forms : PyImport_GetModuleDict());
    if (module != NULL) {
        return module;
    }
    PyObject *ready = PyDict_GetItemString(together, name);
    const struct _frozen *frozen = ready == NULL ? frozen_named(name) : NULL;
    bool is_short = may_be_short && (ready != NULL || frozen != NULL);
    PyObject *modules = is_short ? short_forms : PyImport_GetModuleDict();
    while (runner.depth > 0 && !is_runner()) {
        wait_for_runner();
    }
    module = loaded_module(name, modules);
    if (module != NULL) {
        return module;
    }
    runner.forks = core_forks();
    runner.thread = pthread_self();
    runner.depth++;
    module = bring(name, modules, ready, frozen);
    runner.depth--;
    return module;
}

/* `from package import module`: the names that are no attributes yet may be modules. */
static int bring_listed(PyObject *package, const char *name, PyObject *listed)
{
    Py_ssize_t count = PySequence_Size(listed);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = PySequence_GetItem(listed, i);
        const char *word = item == NULL ? NULL : PyUnicode_AsUTF8(item);
        if (word == NULL) {
            Py_XDECREF(item);
            return -1;
        }
        char full[256];
        int length = PyObject_HasAttr(package, item)
                         ? -1
                         : PyOS_snprintf(full, sizeof full, "%s.%s", name, word);
        Py_DECREF(item);
        bool is_module = length > 0 && (size_t)length < sizeof full &&
                         (frozen_named(full) != NULL || PyDict_GetItemString(together, full) != NULL);
        if (is_module && core_import(full) == NULL) {
            return -1;
        }
    }
    return count < 0 ? -1 : 0;
}

static PyObject *import(PyObject *self, PyObject *arguments, PyObject *keywords)
{
    static char *words[] = { "name", "globals", "locals", "fromlist", "level", NULL };
    const char *name;
    PyObject *globals = NULL, *locals = NULL, *listed = NULL;
    int level = 0;
    (void)self;
    if (!PyArg_ParseTupleAndKeywords(arguments, keywords, "s|OOOi:__import__", words, &name,
                                     &globals, &locals, &listed, &level)) {
        return NULL;
    }
    if (level != 0) {
        PyErr_SetString(PyExc_ImportError, "relative imports are not served here");
        return NULL;
    }
    PyObject *module = core_import(name);
    if (module == NULL) {
        return NULL;
    }
    if (listed == NULL || listed == Py_None || PyObject_Size(listed) == 0) {
        char top[256];
        size_t length = strcspn(name, ".");
        if (length < sizeof top) { /* always: core_import has refused longer names */
            memcpy(top, name, length);
            top[length] = '\0';
            module = core_import(top);
        }
    } else if (bring_listed(module, name, listed) != 0) {
        return NULL;
    }
    Py_XINCREF(module);
    return module;
}

static PyMethodDef method = { "__import__", (PyCFunction)(void (*)(void))import,
                              METH_VARARGS | METH_KEYWORDS, NULL };

int core_bring_importing(void)
{
    PyObject *function = PyCFunction_New(&method, NULL);
    if (function == NULL || read_together() != 0) {
        Py_XDECREF(function);
        return -1;
    }
    int done = PyDict_SetItemString(PyEval_GetBuiltins(), "__import__", function);
    Py_DECREF(function);
    return done;
}
