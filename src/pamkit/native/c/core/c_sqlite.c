/* One statement on an SQLite file, by the system's libsqlite3, which is opened when it is used.
 *
 * The counterpart in a Python process is pamkit.stores.c_sqlite_by_python.  Nothing is known here
 * of what is in the file: statements are the engine's own, and values are bound, never part of
 * them.  Nobody is waited for: a file that somebody writes is `EAGAIN`. */

#include "c_library.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPEN_READONLY = 0x1,  /* not even a journal that lies beside it is carried out */
    OPEN_READWRITE = 0x2, /* of what is there; read-only where it may not be written */
    OPEN_NOMUTEX = 0x8000,
    RESULT_OK = 0,
    RESULT_ROW = 100,
    RESULT_DONE = 101,
    TYPE_INTEGER = 1,
    TYPE_NULL = 5,
    PRIMARY = 0xff, /* the bits of a result code that are not the finer reason */
    MOST_VALUES = 16,
    MOST_COLUMNS = 16,
    MOST_BYTES = 1 << 20, /* of a value or a row; whatever is longer is none of ours */
    LIMIT_LENGTH = 0,     /* bounds them also while they are computed */
    REASON_SIZE = 256,
};

/* C: sqlite3.h, whose structs nobody looks into; it need not be there to compile this. */
struct database;
struct query;
typedef void nothing_function(void *);

static struct {
    int (*open)(const char *, struct database **, int, const char *);
    int (*close)(struct database *);
    int (*limit)(struct database *, int, int);
    int (*exec)(struct database *, const char *, void *, void *, char **);
    int (*prepare)(struct database *, const char *, int, struct query **, const char **);
    int (*bind_blob)(struct query *, int, const void *, int, nothing_function *);
    int (*bind_integer)(struct query *, int, long long);
    int (*step)(struct query *);
    int (*finalize)(struct query *);
    int (*column_count)(struct query *);
    int (*column_type)(struct query *, int);
    long long (*column_integer)(struct query *, int);
    const void *(*column_blob)(struct query *, int);
    int (*column_bytes)(struct query *, int);
    int (*changes)(struct database *);
    const char *(*message)(struct database *);
    const char *(*text_of)(int);
} library; /* read and written under the interpreter's lock; all of it, or nothing */

static const struct {
    const char *name;
    void *place;
} symbols[] = {
    {"sqlite3_open_v2", &library.open},
    {"sqlite3_close", &library.close},
    {"sqlite3_limit", &library.limit},
    {"sqlite3_exec", &library.exec},
    {"sqlite3_prepare_v2", &library.prepare},
    {"sqlite3_bind_blob", &library.bind_blob},
    {"sqlite3_bind_int64", &library.bind_integer},
    {"sqlite3_step", &library.step},
    {"sqlite3_finalize", &library.finalize},
    {"sqlite3_column_count", &library.column_count},
    {"sqlite3_column_type", &library.column_type},
    {"sqlite3_column_int64", &library.column_integer},
    {"sqlite3_column_blob", &library.column_blob},
    {"sqlite3_column_bytes", &library.column_bytes},
    {"sqlite3_total_changes", &library.changes},
    {"sqlite3_errmsg", &library.message},
    {"sqlite3_errstr", &library.text_of},
};

enum { SYMBOLS = sizeof symbols / sizeof *symbols };

/* A value as C has it: bytes, an integer, or with neither nothing. */
struct value {
    const void *bytes;
    int size;
    long long number;
    bool is_number;
};

/* What is to be done, and what came of it. */
struct work {
    const char *path;
    const char *settings;
    const char *statement;
    struct value values[MOST_VALUES];
    int count;
    bool may_write;
    struct value row[MOST_COLUMNS]; /* its bytes are copies, to be freed */
    int columns;                    /* -1: no row */
    int changed;
    int result;
    char reason[REASON_SIZE];
};

/* Whether there is a libsqlite3; if not, an exception is set. */
static bool load(void)
{
    void *found[SYMBOLS] = {NULL};
    size_t count = 0;
    struct outside outside;

    if (library.open != NULL)
        return true;
    /* The loader's lock may be held by a thread that waits for the interpreter's. */
    c_leave(&outside);
    void *handle = dlopen("libsqlite3.so.0", RTLD_NOW | RTLD_LOCAL);
    while (handle != NULL && count < SYMBOLS &&
           (found[count] = dlsym(handle, symbols[count].name)) != NULL)
        count++;
    c_enter(&outside);
    if (count < SYMBOLS) {
        c_failed_because(ENOENT, "SQLite files cannot be read: expected `libsqlite3.so.0`, install "
                                 "libsqlite3-0 (Debian) or sqlite-libs (Fedora)");
        return false;
    }
    for (count = 0; count < SYMBOLS; count++)
        memcpy(symbols[count].place, &found[count], sizeof found[count]);
    return true;
}

static int errno_of(int result)
{
    switch (result & PRIMARY) {
    case 3:  /* SQLITE_PERM */
    case 14: /* SQLITE_CANTOPEN */
    case 23: /* SQLITE_AUTH */
        return EACCES;
    case 5: /* SQLITE_BUSY */
    case 6: /* SQLITE_LOCKED */
        return EAGAIN;
    case 7: /* SQLITE_NOMEM */
        return ENOMEM;
    case 8: /* SQLITE_READONLY */
        return EROFS;
    case 11: /* SQLITE_CORRUPT */
    case 26: /* SQLITE_NOTADB */
        return EINVAL;
    case 13: /* SQLITE_FULL */
        return ENOSPC;
    default:
        return EIO;
    }
}

/* Copies a column; false if it is too long, or there is no memory. */
static bool take(struct query *query, int column, struct value *into)
{
    int type = library.column_type(query, column);

    memset(into, 0, sizeof *into);
    if (type == TYPE_NULL)
        return true;
    if (type == TYPE_INTEGER) {
        into->is_number = true;
        into->number = library.column_integer(query, column);
        return true;
    }
    const void *bytes = library.column_blob(query, column);
    int size = library.column_bytes(query, column);
    if (size < 0 || size > MOST_BYTES || (bytes == NULL && size > 0))
        return false;
    char *copy = calloc(1, (size_t)size + 1);
    if (copy == NULL)
        return false;
    if (size > 0)
        memcpy(copy, bytes, (size_t)size);
    into->bytes = copy;
    into->size = size;
    return true;
}

static int bind(struct query *query, const struct work *work)
{
    int result = RESULT_OK;

    for (int at = 0; at < work->count && result == RESULT_OK; at++) {
        const struct value *value = &work->values[at];
        if (value->is_number)
            result = library.bind_integer(query, at + 1, value->number);
        else if (value->bytes != NULL)
            result = library.bind_blob(query, at + 1, value->bytes, value->size, NULL);
    }
    return result;
}

static int ask(struct database *database, struct work *work)
{
    struct query *query = NULL;
    int before = library.changes(database);
    int result = library.prepare(database, work->statement, -1, &query, NULL);

    if (result == RESULT_OK)
        result = bind(query, work);
    if (result == RESULT_OK)
        result = library.step(query);
    if (result == RESULT_ROW) {
        int columns = library.column_count(query);
        bool all = columns <= MOST_COLUMNS;
        for (int at = 0; all && at < columns; at++) {
            all = take(query, at, &work->row[at]);
            work->columns = at + 1;
        }
        result = all ? RESULT_OK : 7;
    } else if (result == RESULT_DONE)
        result = RESULT_OK;
    int ended = library.finalize(query);
    if (result == RESULT_OK)
        result = ended;
    work->changed = library.changes(database) - before;
    return result;
}

/* Runs without the interpreter's lock. */
static void perform(struct work *work)
{
    struct database *database = NULL;
    int access = work->may_write ? OPEN_READWRITE : OPEN_READONLY;

    work->columns = -1;
    work->result = library.open(work->path, &database, access | OPEN_NOMUTEX, NULL);
    if (work->result == RESULT_OK) {
        library.limit(database, LIMIT_LENGTH, MOST_BYTES);
        work->result = library.exec(database, work->settings, NULL, NULL, NULL);
    }
    if (work->result == RESULT_OK)
        work->result = ask(database, work);
    if (work->result != RESULT_OK) {
        const char *reason =
            database == NULL ? library.text_of(work->result) : library.message(database);
        strncpy(work->reason, reason == NULL ? "?" : reason, sizeof work->reason - 1);
    }
    library.close(database);
}

/* False, with an exception set, for what is no value. */
static bool value_of(PyObject *argument, struct value *value)
{
    memset(value, 0, sizeof *value);
    if (argument == Py_None)
        return true;
    if (PyLong_Check(argument)) {
        value->is_number = true;
        value->number = PyLong_AsLongLong(argument);
        return !PyErr_Occurred();
    }
    if (!PyBytes_Check(argument) || PyBytes_GET_SIZE(argument) > MOST_BYTES) {
        PyErr_SetString(PyExc_TypeError, "expected bytes, an integer or nothing");
        return false;
    }
    value->bytes = PyBytes_AS_STRING(argument);
    value->size = (int)PyBytes_GET_SIZE(argument);
    return true;
}

static PyObject *object_of(const struct value *value)
{
    if (value->is_number)
        return PyLong_FromLongLong(value->number);
    if (value->bytes == NULL)
        return Py_NewRef(Py_None);
    return PyBytes_FromStringAndSize(value->bytes, value->size);
}

static PyObject *row_of(const struct work *work)
{
    if (work->columns < 0)
        return Py_NewRef(Py_None);
    PyObject *row = PyTuple_New(work->columns);
    for (int at = 0; row != NULL && at < work->columns; at++) {
        PyObject *object = object_of(&work->row[at]);
        if (object == NULL)
            Py_CLEAR(row);
        else
            PyTuple_SET_ITEM(row, at, object);
    }
    return row;
}

/* There may be a hash in it. */
static void wipe(struct work *work)
{
    for (int at = 0; at < work->columns; at++) {
        if (work->row[at].bytes == NULL)
            continue;
        explicit_bzero((void *)work->row[at].bytes, (size_t)work->row[at].size);
        free((void *)work->row[at].bytes);
    }
}

PyObject *c_sqlite(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    struct work work = {0};
    struct outside outside;

    (void)module;
    if (!c_has(count, 5))
        return NULL;
    work.path = c_text_of(arguments[0]);
    work.settings = work.path == NULL ? NULL : c_text_of(arguments[1]);
    work.statement = work.settings == NULL ? NULL : c_text_of(arguments[2]);
    if (work.statement == NULL)
        return NULL;
    if (!PyTuple_Check(arguments[3]) || PyTuple_GET_SIZE(arguments[3]) > MOST_VALUES) {
        PyErr_SetString(PyExc_TypeError, "expected a tuple of a few values");
        return NULL;
    }
    work.may_write = arguments[4] == Py_True;
    work.count = (int)PyTuple_GET_SIZE(arguments[3]);
    for (int at = 0; at < work.count; at++)
        if (!value_of(PyTuple_GET_ITEM(arguments[3], at), &work.values[at]))
            return NULL;
    if (!load())
        return NULL;

    c_leave(&outside);
    perform(&work);
    c_enter(&outside);

    PyObject *answer = NULL;
    if (work.result != RESULT_OK)
        c_failed_because(errno_of(work.result), work.reason);
    else {
        PyObject *row = row_of(&work);
        answer = row == NULL ? NULL : Py_BuildValue("(Ni)", row, work.changed);
    }
    wipe(&work);
    return answer;
}
