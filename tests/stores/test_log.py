"""Log lines: one line each, under the program's own name."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.stores import log
from pamkit.stores.log import CallingLog, one_line

NAUGHTY = [
    ("plain text, ünïcode", "plain text, ünïcode"),
    ("a\nb", "a#012b"),
    ("\0\r\x1b[31m\x7f\x85", "#000#015#033[31m#177#205"),
    ("\udcff", "\udcff"),
]


@pytest.mark.parametrize(("text", "expected"), NAUGHTY)
def test_control_characters_are_written_out(text: str, expected: str) -> None:
    assert one_line(text) == expected


def test_a_log_may_call_a_function() -> None:
    lines: list[tuple[int, str]] = []
    CallingLog(lambda priority, text: lines.append((priority, text))).write(5, "a\nb")
    assert lines == [(5, "a#012b")]


HOST = """
import sys, syslog
sys.path.insert(0, sys.argv[1])
syslog.openlog("hostprogram", 0, syslog.LOG_DAEMON)
from pamkit.stores.log import SystemLog
SystemLog().write(5, "pam_x(su:auth): 100% of \\udcff\\nbad")
"""


@pytest.mark.needs("mount-namespace")
def test_syslog_gets_the_line_under_the_name_the_host_has_chosen(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.settimeout(20)
    try:
        listener.bind(str(tmp_path / "dev/log"))
        unshare = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-Urm"]
        subprocess.run(
            [
                *unshare,
                *("sh", "-c", f'mount --bind "{tmp_path}/dev" /dev && exec "$@"', "sh"),
                *(sys.executable, "-c", HOST, str(Path(log.__file__).parents[2])),
            ],
            check=True,
        )
        line = listener.recv(1000)
    finally:
        listener.close()
    assert line.startswith(b"<85>")  # LOG_AUTHPRIV and notice
    assert line.rstrip(b"\0").endswith(b" hostprogram: pam_x(su:auth): 100% of \xff#012bad")
