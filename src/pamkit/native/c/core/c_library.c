/* The built-in module `_pamkit_c`: what pamkit.stores.c_library lists. */

#include "c_library.h"

#define FUNCTION(name)                                                                             \
    {                                                                                              \
        #name, (PyCFunction)(void (*)(void))c_##name, METH_FASTCALL, NULL                          \
    }

static PyMethodDef functions[] = {
    FUNCTION(user_by_name),
    FUNCTION(user_by_number),
    FUNCTION(group_by_name),
    FUNCTION(group_by_number),
    FUNCTION(shadow_by_name),
    FUNCTION(group_shadow_by_name),
    FUNCTION(groups_of),
    FUNCTION(in_netgroup),
    FUNCTION(addresses),
    FUNCTION(crypt),
    FUNCTION(makes_settings),
    FUNCTION(new_setting),
    FUNCTION(syslog),
    FUNCTION(write_quietly),
    FUNCTION(set_groups),
    FUNCTION(set_user_ids),
    FUNCTION(set_group_ids),
    FUNCTION(set_file_user),
    FUNCTION(set_file_group),
    FUNCTION(securebits),
    FUNCTION(limit),
    FUNCTION(set_limit),
    FUNCTION(forbid_new_privileges),
    FUNCTION(variable),
    FUNCTION(set_variable),
    FUNCTION(raw_terminal),
    FUNCTION(set_terminal),
    FUNCTION(stream_pair),
    FUNCTION(hold_signals),
    FUNCTION(release_signals),
    FUNCTION(translate),
    FUNCTION(translate_plural),
    FUNCTION(pwquality_check),
    FUNCTION(sqlite),
    FUNCTION(audit),
    FUNCTION(audit_ask),
    FUNCTION(keyctl),
    FUNCTION(add_key),
    FUNCTION(find_key),
    FUNCTION(read_key),
    FUNCTION(quota),
    FUNCTION(set_quota),
    FUNCTION(unshare_mounts),
    FUNCTION(mount),
    FUNCTION(unmount),
    FUNCTION(selinux),
    FUNCTION(selinux_access),
    FUNCTION(local_connect),
    FUNCTION(local_receive),
    FUNCTION(local_peer),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "_pamkit_c",
    .m_size = 0,
    .m_methods = functions,
};

PyMODINIT_FUNC PyInit__pamkit_c(void)
{
    return PyModuleDef_Init(&definition);
}
