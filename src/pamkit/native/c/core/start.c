/* Starts the interpreter, once: alone with itself, reading nothing, opening nothing. */

#include "core.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <syslog.h>
#include <unistd.h>

/* With less than this an interpreter is born crippled: it aborts, or runs in circles. */
#define ROOM_NEEDED (48UL << 20)

static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;
static enum { UNTRIED, FAILED, READY } state;
static _Atomic(PyObject *) functions;

void core_start_lock(void)
{
    pthread_mutex_lock(&starting);
}

void core_start_unlock(void)
{
    pthread_mutex_unlock(&starting);
}

bool core_started(void)
{
    return atomic_load(&functions) != NULL;
}

static bool room_below(int resource, unsigned long used)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
        return true;
    }
    return limit.rlim_cur > used && limit.rlim_cur - used >= ROOM_NEEDED;
}

static bool has_room(void)
{
    unsigned long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    if (statm != NULL) {
        if (fscanf(statm, "%lu", &pages) != 1) {
            pages = 0;
        }
        fclose(statm);
    }
    unsigned long used = pages * (unsigned long)sysconf(_SC_PAGESIZE);
    return room_below(RLIMIT_AS, used) && room_below(RLIMIT_DATA, 0);
}

static PyStatus configure(PyConfig *config)
{
    /* INVARIANT: every path is given, so none is looked for; PATH and PYTHON* are not read. */
    wchar_t **const paths[] = {
        &config->program_name, &config->executable,  &config->base_executable,
        &config->home,         &config->prefix,      &config->exec_prefix,
        &config->base_prefix,  &config->base_exec_prefix, &config->stdlib_dir,
    };
    config->_install_importlib = 0; /* importing.c brings all that may be imported */
    config->_init_main = 0;
    config->site_import = 0;
    config->install_signal_handlers = 0;
    config->pathconfig_warnings = 0;
    config->write_bytecode = 0;
    config->parse_argv = 0;
    config->module_search_paths_set = 1;
    config->optimization_level = 2;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        PyStatus status = PyConfig_SetString(config, paths[i], L"/nowhere");
        if (PyStatus_Exception(status)) {
            return status;
        }
    }
    return PyStatus_Ok();
}

static bool start_interpreter(void)
{
    PyPreConfig before;
    PyPreConfig_InitIsolatedConfig(&before);
    before.utf8_mode = 1;
    before.configure_locale = 0; /* the locale is the program's */
    before.coerce_c_locale = 0;
    if (PyStatus_Exception(Py_PreInitialize(&before)) || core_name_builtins() != 0) {
        return false;
    }
    PyConfig config;
    PyConfig_InitIsolatedConfig(&config);
    PyStatus status = configure(&config);
    if (!PyStatus_Exception(status)) {
        status = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    return !PyStatus_Exception(status);
}

static PyObject *find_functions(void)
{
    core_wipe_bytes();
    if (core_bring_importing() != 0) {
        return NULL;
    }
    PyObject *module = core_import("pamkit.doors.functions");
    if (module == NULL) {
        return NULL;
    }
    PyObject *found = PyObject_GetAttrString(module, "FUNCTIONS");
    if (found != NULL && (!PyTuple_Check(found) || PyTuple_GET_SIZE(found) != PAMKIT_FUNCTIONS)) {
        Py_CLEAR(found);
    }
    return found;
}

/* What has been made so far stays: the search for garbage need never look at it. */
static void keep_for_good(void)
{
    PyObject *collector = core_import("gc");
    PyObject *done = collector == NULL ? NULL : PyObject_CallMethod(collector, "freeze", NULL);
    Py_XDECREF(done);
    PyErr_Clear();
}

static void start(void)
{
    if (!has_room() || !core_take_key() || !core_reserve()) { /* a shortage may pass: the next call tries again */
        syslog(LOG_AUTHPRIV | LOG_CRIT, "PAM pamkit: there is no room for the core");
        return;
    }
    state = FAILED; /* unless everything below has worked: half an interpreter is none */
    if (!start_interpreter()) {
        syslog(LOG_AUTHPRIV | LOG_CRIT, "PAM pamkit: the core cannot start");
        return;
    }
    PyGC_Disable();
    PyObject *found = find_functions();
    keep_for_good();
    core_reserve_is_used();
    PyGC_Enable();
    if (found == NULL) {
        core_report_error("start");
    }
    core_adopt(PyEval_SaveThread());
    if (found != NULL) {
        state = READY;
        atomic_store(&functions, found);
    }
}

PyObject *core_functions(void)
{
    PyObject *found = atomic_load(&functions);
    if (found != NULL) {
        return found;
    }
    static __thread volatile bool here __attribute__((tls_model("initial-exec")));
    if (here) {
        return NULL; /* a signal's handler calls: it would wait for the thread it interrupts */
    }
    int before;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    here = true;
    core_start_lock();
    if (state == UNTRIED) {
        start();
    }
    core_start_unlock();
    here = false;
    pthread_setcancelstate(before, &before);
    return atomic_load(&functions);
}
