"""What a suite holds that judges a library: every program by the name of its test."""

from pathlib import Path
from typing import Literal, NamedTuple

Kind = Literal["tests", "dlopen", "retval", "hmacfile", "xtests"]

# Scripts that stand on their own; the other scripts start the program of the same name.
SCRIPTS = ("tst-pam_assemble_line1", *(f"tst-pam_substack{number}" for number in range(1, 6)))


class Program(NamedTuple):
    """One test of Linux-PAM."""

    name: str
    """As meson calls it, in 1.7."""
    kind: Kind
    path: Path
    """Of the program, or of the script."""
    module: str | None = None
    """The module that is judged with the library, as in ``pam_debug``."""


def programs(suite: Path) -> tuple[Program, ...]:
    """All tests in the folder `suite`."""
    return (
        *(Program(path.name, "tests", path) for path in _named(suite / "tests", "tst-*")),
        *(
            Program(f"dlopen {path.stem}", "dlopen", suite / "tests" / "tst-dlopen", path.stem)
            for path in _named(suite / "security", "pam_*.so")
        ),
        *(
            Program(path.name, "retval", path, path.name[len("tst-") : -len("-retval")])
            for path in _named(suite / "retval", "tst-*")
        ),
        *(
            Program("pam_timestamp hmacfile", "hmacfile", path)
            for path in _named(suite / "retval", "hmacfile")
        ),
        *(
            Program(f"xtests {name}", "xtests", suite / "xtests" / "run-xtests.sh")
            for name in sorted({*SCRIPTS, *(path.name for path in _xtests(suite))})
        ),
    )


def _named(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))


def _xtests(suite: Path) -> list[Path]:
    return [path for path in _named(suite / "xtests", "tst-*") if not path.suffix]
