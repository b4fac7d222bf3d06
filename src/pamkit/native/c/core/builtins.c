/* The modules in C that the core has; what is not here cannot be imported. */

#include "core.h"

#define FROM_PYTHON(X)                                                                     \
    X(_codecs) X(_collections) X(_operator) X(_stat) X(_struct) X(_thread) X(_weakref)       \
    X(errno) X(fcntl) X(itertools) X(posix) X(select) X(time)
#define OUR_OWN(X) X(_pamkit_c) X(_pamkit_door)

#define DECLARE(name) PyObject *PyInit_##name(void);
FROM_PYTHON(DECLARE)
OUR_OWN(DECLARE)
PyObject *PyMarshal_Init(void);
PyObject *_PyWarnings_Init(void);
PyObject *PyInit_gc(void);

#define ENTRY(name) { #name, PyInit_##name },
#define ENTRIES                                                                            \
    FROM_PYTHON(ENTRY) OUR_OWN(ENTRY)                                                      \
    { "marshal", PyMarshal_Init }, { "_warnings", _PyWarnings_Init }, { "gc", PyInit_gc }, { "builtins", NULL }, \
    { "sys", NULL }, { NULL, NULL },

struct _inittab core_builtins[] = { ENTRIES };

/* C: what the interpreter itself reads; standing here, it keeps the long list of Python out. */
struct _inittab _PyImport_Inittab[] = { ENTRIES };

/*
 * Python's own frozen modules stay out: nothing here imports them, and linked in they cost as
 * much memory and time to relocate as the engine takes. These are the names it looks them up by.
 */
static const struct _frozen nothing[] = { { .name = NULL } };
extern const struct _frozen *_PyImport_FrozenBootstrap, *_PyImport_FrozenStdlib;
extern const struct _frozen *_PyImport_FrozenTest;
extern const void *_PyImport_FrozenAliases;
const struct _frozen *PyImport_FrozenModules = nothing;
const struct _frozen *_PyImport_FrozenBootstrap = nothing;
const struct _frozen *_PyImport_FrozenStdlib = nothing;
const struct _frozen *_PyImport_FrozenTest = nothing;
const void *_PyImport_FrozenAliases = nothing;

int _Py_Deepfreeze_Init(void);
void _Py_Deepfreeze_Fini(void);

int _Py_Deepfreeze_Init(void)
{
    return 0;
}

void _Py_Deepfreeze_Fini(void)
{
}
