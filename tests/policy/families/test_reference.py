"""How families read, case by case: one row for each rule, with where the rule is said.

Sources are manual pages where there is one.  `library` is what the family's own library does: that
of FreeBSD (OpenPAM of 2019), macOS (OpenPAM-34), illumos, and CDE (1996).
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pamkit.vocab.facility import Facility
from pamkit.vocab.failure import PolicyError
from tests.policy.families.loaded import asked, load

CONF, D, LOCAL = "/etc/pam.conf", "/etc/pam.d/", "/usr/local/etc/"
LONG = "a" * 240


class Row(NamedTuple):
    """A case: who reads what, and the entries of `auth` that `su` gets; a text is a refusal."""

    source: str
    dialects: str
    files: dict[str, str]
    expected: list[str] | str


def row(source: str, dialects: str, expected: list[str] | str, **files: str) -> Row:
    """Return a case; `other` is there unless it is said to be missing (`other=""`)."""
    # `conf` is /etc/pam.conf, `local` a file of its own below /usr/local.
    paths = {"su": f"{D}su", "other": f"{D}other", "conf": CONF, "local": f"{LOCAL}pam.d/su"}
    paths |= {"localconf": f"{LOCAL}pam.conf", "system": f"{D}system", "inc": "/inc"}
    given = {"other": OTHER, **files}
    return Row(source, dialects, {paths[n]: text for n, text in given.items() if text}, expected)


OTHER = "".join(f"{word} required o\n" for word in ("auth", "account", "password", "session"))
CONF_OTHER = "other auth required o\n"

LINES = (
    row("openpam_readword(3)", "openpam netbsd", ["x 'a b' c"], su="auth required x \"'a b'\" c"),
    row("openpam_readword(3)", "openpam netbsd", ["x a b"], su="auth required x 'a b'"),
    row("openpam_readword(3)", "openpam netbsd", ["x a b"], su="auth required x a\\ b"),
    row("openpam_readword(3)", "openpam netbsd", ["x a#b #c"], su="auth required x a#b '#c' # d"),
    row("openpam_readword(3)", "openpam netbsd", ["x ab"], su="auth required x a\\\nb"),
    row("library", "openpam netbsd", "inside of quotes", su="auth required x 'a"),
    row("pam.conf(5) of macOS", "macos", ["x a"], su="auth required x a#b '#c' # d"),
    row("openpam_readline(3)", "macos", ["x 'a b'"], su="auth required x 'a b'"),
    row("openpam_readline(3)", "macos", ["x a b"], su="auth required x a\\\nb"),
    row(
        "pam.conf(4) of Solaris",
        "solaris illumos",
        ["x a#b # d"],
        conf="su auth required x a#b # d",
    ),
    row(
        "pam.conf(4) of Solaris",
        "solaris illumos cde",
        ["o"],
        conf=f"#su auth required x\n{CONF_OTHER}",
    ),
    row(
        "library", "illumos cde", ["x \\", "y"], conf="su auth required x \\\nsu auth required y\n"
    ),
    row("library", "illumos cde", ["x 'a b'"], conf="su auth required x 'a b'\n"),
    row(
        "pam.conf(5) of Solaris",
        "solaris illumos",
        "longer than 255",
        conf=f"su auth required {LONG}",
    ),
    row("library", "illumos", "nothing but blanks", conf="su auth required x\n \n"),
    row("library", "cde", ["x"], conf="su auth required x\n \n"),
    row(
        "IBM, PAM configuration file",
        "aix",
        ["x"],
        conf="nonsense\n#su auth required y\nsu auth required x\n",
    ),
)

KEYWORDS = (
    row("library", "openpam netbsd", "facility `AUTH` is unknown", su="AUTH required x"),
    row("library", "openpam netbsd", "control `Required` is unknown", su="auth Required x"),
    row("library", "macos", ["x"], su="AUTH Required x"),
    row("library", "solaris illumos cde aix hpux", ["x"], conf="SU AUTH Required x\n"),
    row("pam.conf(5)", "openpam netbsd macos", ["x"], su="auth binding x"),
    row("pam.conf(5)", "solaris illumos", ["x"], conf="su auth binding x\n"),
    row("pam.conf(5) of Solaris", "solaris", ["x"], conf="su auth definitive x\n"),
    row("library", "illumos", "control `definitive` is unknown", conf="su auth definitive x\n"),
    row("library", "cde", ["o"], conf=f"su auth binding x\nsu auth requisite x\n{CONF_OTHER}"),
    row(
        "IBM, PAM configuration file", "aix", ["x"], conf="su auth requisite x\nsu auth binding y\n"
    ),
    row("library", "openpam netbsd macos", "is unknown", su="auth substack x"),
    row("library", "openpam netbsd macos", "is unknown", su="@include x"),
    row("library", "openpam netbsd macos", "is unknown", su="auth [success=ok] x"),
    row("pam.conf(5) of FreeBSD", "openpam", ["x"], su="-auth required x"),
    row("library", "netbsd macos", "facility `-auth` is unknown", su="-auth required x"),
)

PLACES = (
    row(
        "pam.conf(5)",
        "openpam netbsd macos",
        ["1"],
        su="auth required 1",
        conf="su auth required 2",
    ),
    row(
        "pam.conf(5)",
        "openpam netbsd macos",
        ["2"],
        conf="su auth required 2",
        local="auth required 3",
    ),
    row(
        "pam.conf(5)",
        "openpam macos",
        ["3"],
        local="auth required 3",
        localconf="su auth required 4",
    ),
    row("pam.conf(5)", "openpam macos", ["4"], localconf="su auth required 4"),
    row("pam.conf(5) of NetBSD", "netbsd", ["o"], localconf="su auth required 4"),
    row("library", "openpam netbsd", ["o"], su="# nothing", conf="su auth required 2"),
    row("library", "macos", ["2"], su="# nothing", conf="su auth required 2"),
    row("library", "openpam netbsd", "nor for `other`", other="", system=OTHER),
    row("library", "macos", ["pam_deny.so"], other="", system=OTHER),
    row(
        "pam.conf(5) of Solaris", "solaris", ["1"], su="auth required 2", conf="su auth required 1"
    ),
    row("pam.conf(5) of Solaris", "solaris", ["2"], su="auth required 2", conf=CONF_OTHER),
    row("pam.conf(5) of Solaris", "solaris", ["3"], conf="other auth required 3"),
    row("pam.conf(5) of Solaris", "solaris", ["o"], conf="# delivered empty"),
    row("library", "illumos cde", "is not there", su="auth required 2"),
    row("IBM, PAM configuration file", "aix", ["o"], conf="OTHER auth required o"),
)

INCLUDES = (
    row(
        "pam.conf(5)",
        "openpam netbsd macos",
        ["s", "z"],
        su="auth include system\nauth required z",
        system="auth required s",
    ),
    row(
        "library", "openpam netbsd", "is no name of a service", su="auth include /etc/pam.d/system"
    ),
    row("library", "openpam netbsd", "is not there", su="auth include system\nauth required z"),
    row(
        "pam.conf(5), no loop detection",
        "openpam netbsd macos",
        "includes itself",
        su="auth include su",
    ),
    row(
        "pam.conf(5) of Solaris",
        "solaris illumos",
        ["i", "z"],
        conf="su auth include /inc\nsu auth required z\n",
        inc="su auth required i\nlogin auth required l\n",
    ),
    row(
        "library",
        "solaris illumos",
        ["i"],
        conf="su auth include /inc\n",
        inc="other auth required i\n",
    ),
    row(
        "pamkit refuses",
        "solaris illumos",
        ["!/inc"],
        conf="su auth include /inc\n",
        inc="su session required i\n",
    ),
    row(
        "pamkit refuses",
        "solaris illumos",
        ["!/inc"],
        conf="su auth include /inc\n",
        inc="su auth include /inc\n",
    ),
    row(
        "library",
        "solaris illumos",
        ["!/inc", "z"],
        conf="su auth include /inc\nsu auth required z\n",
    ),
)

MISTAKES = (
    row("library", "openpam netbsd macos", f"{D}su:1:6: control `requird`", su="auth requird x"),
    row("library", "openpam netbsd macos", f"{D}su:1:1: facility `auht`", su="auht required x"),
    row(
        "library",
        "openpam netbsd macos",
        f"{D}su:1:6: the line names no module",
        su="auth required",
    ),
    row("library", "solaris illumos", f"{CONF}:1:9: control `requird`", conf="su auth requird x\n"),
    row("library", "solaris illumos", f"{CONF}:1:4: facility `auht`", conf="su auht required x\n"),
    row(
        "library",
        "solaris illumos",
        f"{CONF}:1:9: the line names no module",
        conf="su auth required\n",
    ),
    row(
        "library",
        "cde",
        ["y"],
        conf="su auth requird x\nsu auht required x\nsu auth required\nsu auth required y\n",
    ),
    row(
        "IBM, PAM configuration file", "aix", ["y"], conf="su auth requird x\nsu auth required y\n"
    ),
    row("pam.conf(4) of HP-UX", "hpux", ["y"], conf="su auht required x\nsu auth required y\n"),
)


@pytest.mark.parametrize(
    ("dialect", "case"),
    [
        pytest.param(dialect, case, id=f"{case.source}: {dialect}")
        for case in (*LINES, *KEYWORDS, *PLACES, *INCLUDES, *MISTAKES)
        for dialect in case.dialects.split()
    ],
)
def test_a_family_reads_as_its_source_says(dialect: str, case: Row) -> None:
    found: list[str] | str
    try:
        policy = load(dialect, case.files)
        found = asked(policy)
        words = [place.entry.args for place in policy.places(Facility.AUTH)]
        found = [
            " ".join([name, *(w.text for w in args)])
            for name, args in zip(found, words, strict=True)
        ]
    except PolicyError as refused:
        found = refused.message
    if isinstance(case.expected, str):
        assert isinstance(found, str)
        assert case.expected in found
    else:
        assert found == case.expected
