"""Options of modules for single users: what HP-UX' file says."""

from __future__ import annotations

import pytest

from pamkit.policy.families.user_policy import read_user_conf, user_options
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

CONF = """# of users
tom  AUTH    libpam_unix.so.1 debug use_psd
tom  auth    libpam_unix.so.1 again
tom  account libpam_unix.so.1
"""


@pytest.mark.parametrize(
    ("user", "facility", "module", "options"),
    [
        ("tom", Facility.AUTH, "libpam_unix.so.1", ("debug", "use_psd")),
        ("tom", Facility.ACCOUNT, "libpam_unix.so.1", ()),
        ("tom", Facility.SESSION, "libpam_unix.so.1", None),
        ("tom", Facility.AUTH, "libpam_dce.so.1", None),
        ("ann", Facility.AUTH, "libpam_unix.so.1", None),
    ],
)
def test_a_module_gets_options_of_a_user(
    user: str, facility: Facility, module: str, options: tuple[str, ...] | None
) -> None:
    conf = read_user_conf(CONF)
    assert conf.findings == ()
    assert user_options(conf, user, facility, module) == options


def test_a_bad_line_is_left_out_and_said() -> None:
    conf = read_user_conf("tom\ntom auth\ntom auht m\n\ntom auth m\n", "f")
    assert [(f.rule, f.severity, str(f.span)) for f in conf.findings] == [
        ("missing-module", Severity.ERROR, "f:1:1"),
        ("missing-module", Severity.ERROR, "f:2:1"),
        ("unknown-facility", Severity.ERROR, "f:3:5"),
    ]
    assert [f.message for f in conf.findings[1:]] == [
        "the line does not name a user, a facility and a module",
        "facility `auht` is unknown",
    ]
    assert [str(line.span) for line in conf.lines] == ["f:5:1"]
