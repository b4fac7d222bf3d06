"""The drivers compiled, the policies written, and the libraries laid out for a session of tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from tests.native.faults.subject import Subject

HERE = Path(__file__).resolve().parent

NATIVE_DIRECTORY = "PAMKIT_NATIVE_DIRECTORY"
"""Names a built directory to judge instead of the one that the tests build."""

_BUILT = "tests.native.built"
_WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wvla", "-Werror")
_FLAGS = ("-O2", "-g", "-pthread", *_WARNINGS)

_FACILITIES = ("auth", "account", "session", "password")
_LINES = {
    "deny": "pam_deny.so",
    "permit": "pam_permit.so",
    "unix": "pam_unix.so nodelay",
    "asks": "{asks}",
    "again": "{asks} again",
    "sleepy": "{asks} delay=10000",
    "keeps": "{asks} keeps",
    "ends": "{asks} ends",
    "twice": "{asks} twice",
    "other": "pam_deny.so",
}


class Workshop:
    """One directory of a session: drivers are compiled when first asked for."""

    def __init__(self, directory: Path) -> None:
        """Work in ``directory``."""
        self._directory = directory
        self.policies = directory / "policies"
        self.policies.mkdir()
        for service, line in _LINES.items():
            module = line.format(asks=self.module("asks"))
            text = "".join(f"{facility} required {module}\n" for facility in _FACILITIES)
            (self.policies / service).write_text(text)

    def driver(self, name: str, *words: str) -> Path:
        """Return the program of ``name.c`` (or ``.cpp``), linked to the system's libpam."""
        made = self._directory / name
        if not made.exists():
            source = HERE / f"{name}.c"
            compiler = ["cc", "-std=gnu11"]
            if not source.exists():
                source, compiler = HERE / f"{name}.cpp", ["c++"]
            libraries = [] if name == "under" else ["-l:libpam.so.0", "-ldl", "-lm"]
            _compile([*compiler, *_FLAGS, *words, str(source), "-o", str(made), *libraries])
        return made

    def module(self, name: str) -> Path:
        """Return the PAM module of ``name.c``."""
        made = self._directory / f"{name}.so"
        if not made.exists():
            source = str(HERE / f"{name}.c")
            flags = [*_FLAGS, "-shared", "-fPIC", source, "-o", str(made), "-l:libpam.so.0"]
            _compile(["cc", "-std=gnu11", *flags])
        return made

    def stock(self) -> Subject:
        """Return the system's own library, in a directory of its own."""
        directory = self._directory / "stock"
        if not directory.exists():
            directory.mkdir()
            for library in system_library().parent.glob("libpam*.so.0"):
                shutil.copy2(library, directory / library.name)
        return Subject("stock", directory, self.policies)

    def control(self, fault: str) -> Subject:
        """Return a library that is bad in one way, to see the harness fail."""
        directory = self._directory / "control"
        if not directory.exists():
            directory.mkdir()
            versions = directory / "versions"
            versions.write_text("LIBPAM_1.0 { global: *; }; LIBPAM_1.4 { global: *confdir; };\n")
            source = str(HERE / "control.c")
            made = str(directory / "libpam.so.0")
            names = [f"-Wl,--version-script={versions}", "-Wl,-soname,libpam.so.0"]
            _compile(["cc", "-std=gnu11", *_FLAGS, "-shared", "-fPIC", source, "-o", made, *names])
        return Subject(f"control ({fault})", directory, self.policies, fault)

    def pamkit(self) -> Subject:
        """Return our own library."""
        named = os.environ.get(NATIVE_DIRECTORY)
        built = named or import_module(_BUILT).built_libraries()
        return Subject("pamkit", Path(built), self.policies)

    def subject(self, name: str) -> Subject:
        """Return the library called ``stock`` or ``pamkit``."""
        return self.stock() if name == "stock" else self.pamkit()


def names_of_subjects() -> tuple[str, ...]:
    """Return the libraries there are to judge, the baseline first."""
    is_built = NATIVE_DIRECTORY in os.environ or find_spec(_BUILT) is not None
    return ("stock", "pamkit") if is_built else ("stock",)


def system_library() -> Path:
    """Return the system's libpam, as the compiler finds it."""
    command = ["cc", "-print-file-name=libpam.so.0"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    return Path(found).resolve().parent / "libpam.so.0"


def _compile(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr}")
