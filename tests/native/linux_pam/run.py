"""Linux-PAM's own tests, run on any libpam.so.0.

``python -m tests.native.linux_pam.run [--library DIR] [NAME ...]`` prints one line for each test;
``--help`` says what else there is.  Without ``--library`` Linux-PAM's own library is judged: that
is the baseline.

Root only: each test has a mount namespace of its own, and changes nothing outside of it.
"""

import argparse
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from tests.native.linux_pam import suite as suites
from tests.native.linux_pam.programs import Program, programs

Outcome = Literal["pass", "fail", "skip"]
Modules = Literal["native", "python-first"]

INSIDE = Path(__file__).with_name("inside.sh")
# Most of them sleep most of the time.
AT_ONCE = 4
SECONDS = 120
SKIPPED = 77


class Result(NamedTuple):
    """What came of one test."""

    outcome: Outcome
    libraries: frozenset[Path]
    """Every libpam.so.0 that a process of the test has initialised, by where it lies."""
    modules: frozenset[str]
    """Every module that a process of the test has initialised, as in ``pam_debug``."""
    said: str
    """The end of what the test wrote."""


def run(
    suite: Path,
    *,
    library: Path,
    replaced: Path | None = None,
    modules: Modules = "native",
    quirks: str | None = None,
    only: Iterable[Program] | None = None,
) -> dict[str, Result]:
    """Run the tests of `suite` on the libpam.so.0 in the folder `library`; results by name.

    `replaced` is a folder of files ``pam_X.so`` that stand in for Linux-PAM's own in the tests that
    name modules by path.  `modules` and `quirks` are settings of pamkit, and mean nothing to other
    libraries; without `quirks` pamkit is asked to be what the libpam of that version is.
    `only` limits the tests.
    """
    chosen = programs(suite) if only is None else tuple(only)
    with TemporaryDirectory(prefix="pamkit-linux-pam-") as scratch:
        Path(scratch).chmod(0o755)
        settings = f"modules = {modules}\ndialect = linux\nquirks = {quirks or _quirks(suite)}"
        judge = _Judge(suite, library.resolve(), replaced, settings, Path(scratch))
        with ThreadPoolExecutor(AT_ONCE) as pool:
            done = pool.map(judge.outcome_of, chosen)
            return {program.name: result for program, result in zip(chosen, done, strict=True)}


def failing(results: Mapping[str, Result]) -> frozenset[str]:
    """The tests that did not pass: a test that was skipped has not judged."""
    return frozenset(name for name, result in results.items() if result.outcome != "pass")


class _Judge(NamedTuple):
    suite: Path
    library: Path
    replaced: Path | None
    settings: str
    scratch: Path

    def outcome_of(self, program: Program) -> Result:
        own = self.scratch / program.name.replace(" ", "-")
        mounted, log = own / "mounted", own / "log"
        work = own / "work"
        for folder in (mounted, log, work):
            folder.mkdir(parents=True)
        directory, command = self._lay_out(program, work)
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LC_ALL": "C",
            "srcdir": str(self.suite / "tests"),
        }
        judged = {
            "LD_LIBRARY_PATH": str(self.library),
            # The loader says which library it really took.
            "LD_DEBUG": "libs",
            "LD_DEBUG_OUTPUT": str(log / "ld"),
        }
        installed_in = f"/usr/lib/{suites.multiarch()}" if program.kind == "xtests" else ""
        if installed_in:
            del judged["LD_LIBRARY_PATH"]
        environment |= {
            "SCRATCH": str(mounted),
            "SUITE": str(self.suite),
            "LIBRARY": str(self.library),
            "INSTALLED_IN": installed_in,
            "SETTINGS": self.settings,
        }
        # The shell that mounts, and what it calls, still have the libraries of the machine.
        setting = ("env", *(f"{name}={value}" for name, value in judged.items()))
        # Whatever a test leaves running ends with it.
        unshare = (
            "unshare",
            "-m",
            "--propagation",
            "private",
            "-pf",
            "--kill-child",
            "--mount-proc",
        )
        try:
            done = subprocess.run(
                (*unshare, "sh", str(INSIDE), *setting, *command),
                cwd=work / directory,
                env=environment,
                check=False,
                timeout=SECONDS,
                # The tests of pam_motd ask for a user.
                input=b"root\n" * 1000,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except subprocess.TimeoutExpired:
            return Result("fail", frozenset(), frozenset(), f"no end in {SECONDS} seconds")
        said = done.stdout.decode(errors="replace")
        initialised = _initialised(log)
        return Result(
            outcome=_outcome(program, done.returncode, said),
            libraries=frozenset(
                # Laid over the machine's folder, where it was compared before the test.
                self.library / path.name if str(path.parent.resolve()) == installed_in else path
                for path in initialised
                if path.name.startswith("libpam.so")
            ),
            modules=frozenset(path.stem for path in initialised if path.match("pam_*.so")),
            said=said[-4000:],
        )

    def _lay_out(self, program: Program, work: Path) -> tuple[str, tuple[str, ...]]:
        """Make the folder the test expects to be in; returns which that is, and the command."""
        if program.kind == "xtests":
            for path in (self.suite / "xtests").iterdir():
                (work / path.name).symlink_to(path)
            name = program.name.removeprefix("xtests ")
            return ".", ("sh", "./run-xtests.sh", ".", name)
        if program.kind == "dlopen":
            return ".", (str(program.path), str(self._object(f"{program.module}.so")))
        if program.kind == "retval":
            for path in (self.suite / "security").glob("pam_*.so"):
                # Where meson leaves a module, and where libtool does.
                for folder in (work / path.stem, work / path.stem / ".libs"):
                    folder.mkdir()
                    (folder / path.name).symlink_to(self._object(path.name))
            return str(program.module), (str(program.path),)
        return ".", (str(program.path),)

    def _object(self, name: str) -> Path:
        if self.replaced is not None and (self.replaced / name).exists():
            return (self.replaced / name).resolve()
        return self.suite / "security" / name


def _quirks(suite: Path) -> str:
    version = (suite / "version").read_text()
    return "libpam-1.5" if version.startswith("1.5.") else "libpam"


def _outcome(program: Program, status: int, said: str) -> Outcome:
    if program.kind == "xtests":
        # The script's own status does not tell a test that passed from one that was skipped.
        verdicts: list[str] = re.findall(r"(PASS|FAIL|SKIP): tst-", said)
        if verdicts == ["SKIP"]:
            return "skip"
        return "pass" if status == 0 and verdicts == ["PASS"] else "fail"
    if status == SKIPPED:
        return "skip"
    return "pass" if status == 0 else "fail"


def _initialised(log: Path) -> frozenset[Path]:
    """Every object that the loader has initialised."""
    return frozenset(
        Path(found)
        for path in log.iterdir()
        for found in re.findall(r"calling init: (\S+)", path.read_text(errors="replace"))
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.native.linux_pam.run")
    parser.add_argument("--suite", default="1.7.0", help=f"one of {', '.join(suites.names())}")
    parser.add_argument("--library", type=Path, help="the folder of the libpam.so.0 to judge")
    parser.add_argument("--replaced", type=Path, help="a folder of pam_X.so to use instead")
    parser.add_argument("--modules", choices=("native", "python-first"), default="native")
    parser.add_argument("--quirks", help="of pamkit, such as `none`")
    parser.add_argument("--kind", action="append", help="only tests of this kind")
    parser.add_argument("--verbose", action="store_true", help="show what failing tests say")
    parser.add_argument("names", nargs="*", help="only these tests")
    asked = parser.parse_args()
    suite = suites.built(asked.suite)
    results = run(
        suite,
        library=asked.library or suite / "lib",
        replaced=asked.replaced,
        modules=asked.modules,
        quirks=asked.quirks,
        only=[
            program
            for program in programs(suite)
            if (not asked.names or program.name in asked.names)
            and (not asked.kind or program.kind in asked.kind)
        ],
    )
    for name, result in results.items():
        used = " ".join(map(str, sorted(result.libraries))) or "-"
        print(f"{result.outcome}  {name:40}  {used}  {' '.join(sorted(result.modules))}")
        if asked.verbose and result.outcome != "pass":
            print("      " + result.said.replace("\n", "\n      "))
    print(dict(Counter(result.outcome for result in results.values())))
    return 0 if all(result.outcome == "pass" for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
