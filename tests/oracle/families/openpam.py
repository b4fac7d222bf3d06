"""OpenPAM's own dispatcher: built from its source in a scratch directory, and asked.

The source is not in Debian; it is that of the repository `OpenPAM` of its author, or of a mirror.
Apple's differs in the dispatcher: the file `openpam_dispatch.c` of Apple's source, put in the place
of the other, makes a macOS of it.  Who has no source compares with what was recorded.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.families import code_from, code_to
from tests.oracle.families.recorded import Said
from tests.oracle.families.stacks import Whole

HERE = Path(__file__).parent

# What the build system of OpenPAM would find out on a Linux machine; and the names that Apple's
# older dispatcher has for the same tables.
_DEFINES = (
    *("-D_GNU_SOURCE", "-DHAVE_ASPRINTF", "-DHAVE_VASPRINTF", "-DLIB_MAJ=2"),
    *("-D_pam_func_name=pam_func_name", "-D_pam_sm_func_name=pam_sm_func_name"),
)


class OpenPam(NamedTuple):
    """A built library with its driver and its probe."""

    driver: Path
    probe: Path
    policy: Path

    def ask(self, calls: Iterable[Whole]) -> Iterator[Said]:
        """Return what it says to each call, in order."""
        questions = "".join(map(_question, calls))
        command = (self.driver, self.policy, self.probe)
        done = subprocess.run(command, input=questions, capture_output=True, text=True, check=True)
        return map(_said, done.stdout.splitlines())


def built(source: Path, into: Path, dispatcher: Path | None = None) -> OpenPam:
    """Build the library in ``source`` below ``into``, with another dispatcher if one is given."""
    library = source / "lib" / "libpam"
    listed = re.search(r"libpam_la_SOURCES =(.*?)NULL", (library / "Makefile.am").read_text(), re.S)
    assert listed is not None, f"{source} is no source of OpenPAM"
    files = [library / name for name in re.findall(r"\w+\.c", listed[1])]
    if dispatcher is not None:
        files = [dispatcher if each.name == "openpam_dispatch.c" else each for each in files]
    headers = (f"-I{source / 'include'}", f"-I{library}")
    shared = into / "libopenpam.so"
    _compile(*_DEFINES, *headers, "-w", "-fPIC", "-shared", "-o", shared, *files, "-ldl")
    made = OpenPam(into / "driver", into / "probe.so", into / "policy")
    _compile(*headers, "-rdynamic", "-o", made.driver, HERE / "openpam_driver.c", shared)
    _compile(*headers, "-fPIC", "-shared", "-o", made.probe, HERE / "openpam_probe.c")
    return made


def _compile(*words: str | Path) -> None:
    subprocess.run(("cc", *words), check=True)


def _question(call: Whole) -> str:
    lines = "".join(
        f"{one.word} {_number(one.answer)} {_number(two.answer)}\n"
        for one, two in zip(call.first, call.second, strict=True)
    )
    return f"{call.call} {len(call.first)}\n{lines}"


def _number(word: str) -> int:
    return code_to("openpam", ReturnCode[word])


def _said(line: str) -> Said:
    code, _, asked = line.partition(" ")
    first, _, second = asked.partition("/")
    name = code_from("openpam", int(code)).name
    return Said(name, tuple(map(int, first.split())), tuple(map(int, second.split())))
