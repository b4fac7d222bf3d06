"""Names of modules: those that are gone, those for tests, and those that exist without a sheet.

A name that is in none of these tables, and that no module or fact sheet has, may be a slip of the
pen or a module of somebody's own: nothing is said of it that a near name does not prove.
"""

from __future__ import annotations

from pamkit.vocab.record import Record


class Gone(Record):
    """What became of a module: what it belonged to, when it left, and what has its place."""

    why: str
    instead: str


GONE = {
    "pam_tally": Gone("Linux-PAM 1.5 removed it", "pam_faillock"),
    "pam_tally2": Gone("Linux-PAM 1.5 removed it", "pam_faillock"),
    "pam_cracklib": Gone("Linux-PAM 1.5 removed it", "pam_pwquality"),
    "pam_stack": Gone("Red Hat's libpam lost it when `include` came", "include"),
    "pam_console": Gone("Fedora gave it up for udev and logind", "pam_systemd"),
    "pam_pwdb": Gone("the library it needs is gone since about 2000", "pam_unix"),
    "pam_unix2": Gone("SUSE gave it up", "pam_unix"),
    "pam_pwcheck": Gone("SUSE gave it up", "pam_pwquality"),
    "pam_ck_connector": Gone("ConsoleKit is gone", "pam_systemd or pam_elogind"),
}
"""Modules that current systems do not have."""

FADING = {
    "pam_lastlog": Gone("Linux-PAM 1.5.3 and newer do not build it by default", "pam_lastlog2"),
}
"""Modules that systems are about to lose."""

MISTAKEN = {
    "pam_libcap": "pam_cap",
    "pam_failback": "pam_faillock",
    "pam_fail_lock": "pam_faillock",
}
"""Names that were given to modules by mistake, too far off to be seen by their letters."""

FOR_TESTS = frozenset({"pam_get_items", "pam_set_items", "pam_matrix", "pam_chatty"})
"""Modules of test suites that have no sheet."""

DECLARED = frozenset(
    {
        *("pam_access", "pam_canonicalize_user", "pam_cap", "pam_ck_connector", "pam_cracklib"),
        *("pam_debug", "pam_deny", "pam_duo", "pam_echo", "pam_ecryptfs", "pam_elogind", "pam_env"),
        *("pam_exec", "pam_faildelay", "pam_faillock", "pam_filter", "pam_fprintd", "pam_ftp"),
        *("pam_gnome_keyring", "pam_google_authenticator", "pam_group", "pam_issue", "pam_keyinit"),
        *("pam_krb5", "pam_kwallet", "pam_kwallet5", "pam_lastlog", "pam_lastlog2", "pam_ldap"),
        *("pam_limits", "pam_listfile", "pam_localuser", "pam_loginuid", "pam_mail"),
        *("pam_mkhomedir", "pam_motd", "pam_mount", "pam_namespace", "pam_nologin", "pam_oath"),
        *("pam_passwdqc", "pam_permit", "pam_pkcs11", "pam_pwhistory", "pam_pwquality"),
        *("pam_radius_auth", "pam_rhosts", "pam_rootok", "pam_script", "pam_securetty"),
        *("pam_selinux", "pam_sepermit", "pam_setquota", "pam_shells", "pam_ssh_agent_auth"),
        *("pam_sss", "pam_sss_gss", "pam_stress", "pam_succeed_if", "pam_systemd"),
        *("pam_systemd_home", "pam_tacplus", "pam_tally", "pam_tally2", "pam_time"),
        *("pam_timestamp", "pam_tty_audit", "pam_u2f", "pam_umask", "pam_unix", "pam_userdb"),
        *("pam_usertype", "pam_warn", "pam_wheel", "pam_winbind", "pam_wtmpdb", "pam_xauth"),
        *("pam_yubico", "pam_console", "pam_fscrypt", "pam_oddjob_mkhomedir"),
    }
)
"""Modules of which more is known: a test compares this with the modules and sheets there are."""

EXISTING = frozenset(
    {
        *("pam_abl", "pam_af", "pam_afs", "pam_afs_session", "pam_alreadyloggedin", "pam_apparmor"),
        *("pam_authnft", "pam_barada", "pam_biometric", "pam_blue", "pam_captcha", "pam_ccreds"),
        *("pam_cgfs", "pam_cgroup", "pam_chroot", "pam_cifscreds", "pam_dbus", "pam_devperm"),
        *("pam_dotfile", "pam_dumb_runtime_dir", "pam_encfs", "pam_freerdp", "pam_freerdp2"),
        *("pam_gdm", "pam_geoip", "pam_gnupg", "pam_guest", "pam_heimdal"),
        *("pam_himmelblau", "pam_homecheck", "pam_howdy", "pam_ihosts", "pam_ipmicheck"),
        *("pam_ipmisave", "pam_kanidm", "pam_klog", "pam_krb4", "pam_krb5_migrate", "pam_krb5afs"),
        *("pam_ksu", "pam_login_access", "pam_lsass", "pam_mktemp", "pam_mklocaluser", "pam_mysql"),
        *("pam_ncp_auth", "pam_newnet", "pam_nw_auth", "pam_opie"),
        *("pam_opieaccess", "pam_otpw", "pam_p11", "pam_passwd", "pam_pgsql", "pam_pin"),
        *("pam_poldi", "pam_python", "pam_radius", "pam_reauthorize", "pam_resmgr"),
        *("pam_rhosts_auth", "pam_rundir", "pam_securid", "pam_self", "pam_shield", "pam_skey"),
        *("pam_slurm", "pam_slurm_adopt", "pam_smb_auth", "pam_smbpass", "pam_snapper"),
        *("pam_soauth", "pam_sqlite", "pam_sqlite3", "pam_ssh", "pam_ssh_add", "pam_tid"),
        *("pam_tmpdir", "pam_tcb", "pam_unix_acct", "pam_unix_auth", "pam_unix_passwd"),
        *("pam_unix_session", "pam_url", "pam_usb", "pam_usernet", "pam_userpass", "pam_vas3"),
        *("pam_watchid", "pam_yubikey", "pam_zfs_key", "pam_selinux_permit", "pam_systemd_loadkey"),
        *("pam_authd", "pam_unix_cred", "pam_authtok_get", "pam_authtok_check"),
        *("pam_authtok_store", "pam_dhkeys", "pam_dial_auth", "pam_roles", "pam_projects"),
        *("pam_smartcard", "pam_sample", "pam_opendirectory", "pam_ftpusers", "pam_ntlm"),
        *("pam_launchd", "pam_aks"),
    }
)
"""Modules that are known to exist, and of which no more is known here."""


def known_names() -> frozenset[str]:
    """Return every name of a module that is known to exist, to have existed, or to be for tests."""
    return _KNOWN


_KNOWN = DECLARED | EXISTING | FOR_TESTS | GONE.keys() | FADING.keys()
