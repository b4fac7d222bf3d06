"""`vsftpd` on the loopback: a server that talks to PAM from behind a sandbox."""

from __future__ import annotations

import ftplib
from pathlib import Path

from tests.native.programs.accounts import PASSWORD, ROOT_PASSWORD, WRONG
from tests.native.programs.checks import IN, OUT, Answer, Checks
from tests.native.programs.machine import Machine

CHECKS = Checks()

_PORT = 2121
_CONFIGURATION = f"""\
listen=YES
listen_address=127.0.0.1
listen_port={_PORT}
background=NO
local_enable=YES
anonymous_enable=NO
session_support=YES
pam_service_name=vsftpd
secure_chroot_dir=/var/run/vsftpd/empty
"""


@CHECKS.expects(IN, asks_secret=True)
def a_right_password_opens_the_home(machine: Machine) -> Answer:
    return _ftp(machine, "alice", PASSWORD)


@CHECKS.expects(OUT, asks_secret=True)
def a_wrong_password_is_refused(machine: Machine) -> Answer:
    return _ftp(machine, "alice", WRONG)


@CHECKS.expects(OUT)
def somebody_unknown_is_refused(machine: Machine) -> Answer:
    return _ftp(machine, "nobody-here", WRONG)


@CHECKS.expects(OUT)
def root_is_on_the_list_of_those_refused(machine: Machine) -> Answer:
    return _ftp(machine, "root", ROOT_PASSWORD)


@CHECKS.expects(OUT)
def an_expired_account_is_refused(machine: Machine) -> Answer:
    return _ftp(machine, "gone", PASSWORD)


@CHECKS.expects(OUT)
def a_shell_that_is_not_listed_is_refused(machine: Machine) -> Answer:
    return _ftp(machine, "shellless", PASSWORD)


def _ftp(machine: Machine, name: str, password: str) -> Answer:
    Path("/etc/native-vsftpd.conf").write_text(_CONFIGURATION)
    with machine.daemon("/usr/sbin/vsftpd", "/etc/native-vsftpd.conf", port=_PORT):
        with ftplib.FTP(timeout=20) as client:  # noqa: S321 - on the loopback
            said = client.connect("127.0.0.1", _PORT) + "\n"
            try:
                said += client.login(name, password) + "\n"
                where = client.pwd()
            except ftplib.Error as refusal:
                return Answer(OUT, said + str(refusal))
    return Answer(IN if where == f"/home/{name}" else f"in {where}", said)
