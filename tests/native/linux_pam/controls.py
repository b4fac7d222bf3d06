"""Libraries that must not pass: a harness that lets one of them pass judges nothing.

``python -m tests.native.linux_pam.controls`` prints which tests each of them fails.
"""

import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from tests.native.linux_pam import suite as suites
from tests.native.linux_pam.run import run

Control = Literal["answers 0", "answers 4", "empty"]

CONTROLS: tuple[Control, ...] = ("answers 0", "answers 4", "empty")
STUB = Path(__file__).with_name("stub.c")
# Answering 4 is PAM_SYSTEM_ERR, what the tests with a null handle expect.
ANSWERS: dict[Control, int] = {"answers 0": 0, "answers 4": 4}


def build_control(control: Control, suite: Path, folder: Path) -> Path:
    """Write the libraries of `control` into the new `folder`; returns the folder.

    Only libpam.so.0 is a stub, with the functions and versions of the one in `suite`.
    """
    folder.mkdir()
    for name in ("libpam_misc.so.0", "libpamc.so.0"):
        shutil.copy(suite / "lib" / name, folder)
    exported = _exported(suite / "lib" / "libpam.so.0") if control in ANSWERS else {}
    header, versions = folder / "symbols.h", folder / "versions.map"
    header.write_text(
        "".join(f"EXPORT({name})\n" for names in exported.values() for name in sorted(names))
    )
    versions.write_text(
        "".join(
            f"{node} {{ global: {'; '.join(sorted(exported[node]))}; }};\n" for node in exported
        )
        or "{ local: *; };\n"
    )
    definitions = (f"-DANSWER={ANSWERS.get(control, 0)}", f'-DSYMBOLS="{header}"')
    linking = ("-shared", "-fPIC", "-Wl,-soname,libpam.so.0", f"-Wl,--version-script={versions}")
    target = ("-o", str(folder / "libpam.so.0"))
    subprocess.run(
        ("cc", "-Wall", "-Wextra", "-Werror", *definitions, *linking, *target, str(STUB)),
        check=True,
    )
    return folder


def _exported(library: Path) -> dict[str, list[str]]:
    """The functions of `library`, by their version node, the oldest node first."""
    said = subprocess.run(
        ("nm", "-D", "--defined-only", "--with-symbol-versions", str(library)),
        check=True,
        capture_output=True,
        text=True,
    )
    exported: dict[str, list[str]] = defaultdict(list)
    for line in said.stdout.splitlines():
        _, kind, symbol = line.split()
        if kind == "T":
            name, _, node = symbol.partition("@@")
            exported[node].append(name)
    return dict(sorted(exported.items()))


def main() -> int:
    for suite_name in sys.argv[1:] or suites.names():
        suite = suites.built(suite_name)
        for control in CONTROLS:
            with TemporaryDirectory() as scratch:
                library = build_control(control, suite, Path(scratch) / "control")
                results = run(suite, library=library)
            failed = sorted(name for name in results if results[name].outcome == "fail")
            passed = sorted(name for name in results if results[name].outcome != "fail")
            print(f"{suite_name}, {control}: {len(failed)} of {len(results)} fail")
            print("  fail: " + ", ".join(failed))
            print("  pass: " + ", ".join(passed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
