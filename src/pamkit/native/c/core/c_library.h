/* What the engine needs of C: the functions of Python's built-in module `_pamkit_c`.
 *
 * INVARIANT: whatever may wait or take long runs between c_leave() and c_enter(), without the
 * interpreter's lock; no Python object is touched there but bytes that the caller holds. */

#ifndef PAMKIT_C_LIBRARY_H
#define PAMKIT_C_LIBRARY_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <sys/types.h>

/* A function of the module: arguments by place, NULL with an exception set if it fails. */
typedef PyObject *c_function(PyObject *module, PyObject *const *arguments, Py_ssize_t count);

/* c_accounts.c */
c_function c_user_by_name, c_user_by_number, c_group_by_name, c_group_by_number;
c_function c_shadow_by_name, c_group_shadow_by_name, c_groups_of, c_in_netgroup;
/* c_network.c */
c_function c_addresses;
/* c_crypt.c */
c_function c_crypt, c_makes_settings, c_new_setting;
/* c_syslog.c */
c_function c_syslog;
/* c_ids.c */
c_function c_set_groups, c_set_user_ids, c_set_group_ids, c_set_file_user, c_set_file_group, c_securebits;
/* c_limits.c */
c_function c_limit, c_set_limit, c_forbid_new_privileges;
/* c_terminal.c */
c_function c_raw_terminal, c_set_terminal, c_stream_pair, c_hold_signals, c_release_signals;
/* c_environment.c */
c_function c_variable, c_set_variable;
/* c_write.c */
c_function c_write_quietly;
/* c_text.c */
c_function c_translate, c_translate_plural;
/* c_pwquality.c */
c_function c_pwquality_check;
/* c_sqlite.c */
c_function c_sqlite;
/* c_audit.c */
c_function c_audit;
/* c_audit_ask.c */
c_function c_audit_ask;
/* c_keys.c */
c_function c_keyctl, c_add_key, c_find_key, c_read_key;
/* c_quota.c */
c_function c_quota, c_set_quota;
/* c_mounts.c */
c_function c_unshare_mounts, c_mount, c_unmount;
/* c_selinux.c */
c_function c_selinux, c_selinux_access;
/* c_sockets.c */
c_function c_local_connect, c_local_receive, c_local_peer;

PyMODINIT_FUNC PyInit__pamkit_c(void);

/* c_outside.c: the time without the interpreter's lock. */
struct outside {
    PyThreadState *thread;
    int cancelling;
};
void c_leave(struct outside *outside);
void c_enter(struct outside *outside);

/* c_arguments.c: false or NULL, with an exception set, for what C cannot take. */
bool c_has(Py_ssize_t count, Py_ssize_t wanted);
const char *c_text_of(PyObject *argument);
bool c_text_or_none(PyObject *argument, const char **text);
bool c_long_of(PyObject *argument, long low, long high, long *number);
bool c_id_of(PyObject *argument, id_t *id);

/* Sets `OSError` with the system's words for `code`, and returns NULL. */
PyObject *c_failed(int code, const char *function);
/* Sets `OSError` with words of our own, and returns NULL. */
PyObject *c_failed_because(int code, const char *reason);

#endif
