"""Linux-PAM built once, and what judges a library taken out of the build into one plain folder.

The folder is laid out the same way for every version and both build systems::

    tests/      tst-*, and confdir, the policy of tst-pam_start_confdir
    retval/     tst-pam_X-retval, the programs of the modules, and hmacfile
    xtests/     the programs and scripts that change accounts, and their policies
    lib/        Linux-PAM's own libraries: the baseline
    security/   Linux-PAM's own modules
    sbin/       the helpers the modules start
    version     of the source

The programs find no library from there: which one they get is said by who runs them.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.native.linux_pam.source import RELEASES, TREE, Release, cache, tarball, unpack

# Debian 12 has 1.0, which cannot configure the xtests.
MESON = (
    "meson==1.6.1 --hash=sha256:3f41f6b03df56bb76836cc33c94e1a404c3584d48b3259540794a60a21fad1f9"
)

# Built once and run for seconds: the time goes into building.
CFLAGS = "-O1"

# A part that is missing for want of a library would take its tests away without a word.
MESON_OPTIONS = (
    "-Daudit=enabled",
    "-Dselinux=enabled",
    "-Deconf=enabled",
    "-Dnis=enabled",
    "-Dpam_userdb=enabled",
    "-Ddb=db",
    "-Dxtests=true",
    "-Ddocs=disabled",
    "-Dlogind=disabled",
    # Not `disabled`: 1.7.0 does not configure without.
    "-Di18n=auto",
    "--buildtype=plain",
    f"-Dc_args={CFLAGS}",
)


class NoBuild(Exception):
    """Linux-PAM cannot be built here; the message is the last words of the command that failed."""


def names() -> tuple[str, ...]:
    """The suites to judge by: the releases, and ``tree`` where the environment names one."""
    return (*(release.version for release in RELEASES), *(("tree",) if TREE else ()))


def built(name: str) -> Path:
    """The suite called `name`, built at the first call on this machine.

    Raises ``NoSource`` or ``NoBuild``.  Several processes may ask at once: one builds.
    """
    release = next((known for known in RELEASES if known.version == name), None)
    key = hashlib.sha256(Path(__file__).read_bytes())
    key.update(_tree_digest(Path(TREE or "")) if release is None else release.sha256.encode())
    suite = cache() / f"suite-{name}-{key.hexdigest()[:16]}"
    with (cache() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not suite.exists():
            with TemporaryDirectory(prefix="build-", dir=cache()) as scratch:
                _build(release, Path(scratch)).replace(suite)
    return suite


def multiarch() -> str:
    """The folder of this machine's libraries below ``/usr/lib``, as in ``x86_64-linux-gnu``."""
    said = subprocess.run(["cc", "-print-multiarch"], check=True, capture_output=True, text=True)
    return said.stdout.strip()


def _tree_digest(tree: Path) -> bytes:
    digest = hashlib.sha256()
    for path in sorted(path for path in tree.rglob("*") if path.is_file()):
        if ".git" not in path.parts:
            digest.update(str(path.relative_to(tree)).encode() + b"\0" + path.read_bytes())
    return digest.digest()


def _build(release: Release | None, scratch: Path) -> Path:
    if release is None:
        tree = Path(shutil.copytree(TREE or "", scratch / "source", symlinks=True))
    else:
        tree = unpack(tarball(release), scratch / "source")
    suite = scratch / "suite"
    for folder in ("tests", "retval", "xtests", "lib", "security", "sbin"):
        (suite / folder).mkdir(parents=True)
    if (tree / "meson.build").exists():
        _build_by_meson(tree, scratch / "build", suite)
    else:
        _build_by_make(tree, scratch / "build", suite)
    shutil.copy(tree / "tests" / "confdir", suite / "tests")
    for path in sorted((tree / "xtests").iterdir()):
        if path.suffix in {".sh", ".pamd", ".conf"}:
            shutil.copy(path, suite / "xtests")
            (suite / "xtests" / path.name).chmod(0o755 if path.suffix == ".sh" else 0o644)
    (suite / "version").write_text(_version(tree) + "\n")
    return suite


# --- 1.7: meson ----------------------------------------------------------------------------------


def _build_by_meson(tree: Path, build: Path, suite: Path) -> None:
    meson = _meson()
    libdir = f"lib/{multiarch()}"
    place = ("--prefix=/usr", f"--libdir={libdir}", f"-Dsecuredir=/{libdir}/security")
    _do(meson, "setup", build, tree, *place, *MESON_OPTIONS)
    _do("ninja", "-C", build, "-j2")
    root = build / "root"
    _do(meson, "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", root)
    _take_installed(root, suite)
    for program in _programs_below(build / "tests"):
        shutil.copy(program, suite / "tests")
    for program in _programs_below(build / "modules"):
        shutil.copy(program, suite / "retval")
    for program in _programs_below(build / "xtests"):
        shutil.copy(program, suite / "xtests")
    _refuse_an_overlooked_test(build)


def _meson() -> Path:
    tools = cache() / f"tools-{hashlib.sha256(MESON.encode()).hexdigest()[:16]}"
    if not (tools / "done").exists():
        venv.create(tools, clear=True, with_pip=True)
        wanted = tools / "requirements.txt"
        wanted.write_text(MESON + "\n")
        pip = (tools / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
        _do(*pip, "install", "--quiet", "--no-deps", "--require-hashes", "-r", wanted)
        (tools / "done").touch()
    return tools / "bin" / "meson"


def _refuse_an_overlooked_test(build: Path) -> None:
    """Every test that meson knows is of a kind we take; a new kind must not get lost."""
    listed = json.loads((build / "meson-info" / "intro-tests.json").read_text())
    kinds = re.compile(
        r"tst-dlopen|tst-pam_\w+(-retval)?|dlopen pam_\w+|pam_timestamp hmacfile|xtests tst-pam_\w+"
    )
    unknown = [test["name"] for test in listed if not kinds.fullmatch(test["name"])]
    if unknown:
        raise NoBuild(f"tests of a kind we do not know: {', '.join(unknown)}")


# --- 1.5: autotools ------------------------------------------------------------------------------


def _build_by_make(tree: Path, build: Path, suite: Path) -> None:
    libdir = f"/lib/{multiarch()}"
    build.mkdir()
    place = ("--prefix=/usr", f"--libdir={libdir}", f"--enable-securedir={libdir}/security")
    less = ("--disable-doc", "--disable-nls", "--disable-regenerate-docu", "--disable-static")
    _do(
        tree / "configure",
        *place,
        *less,
        "--enable-selinux",
        "--enable-db=db",
        f"CFLAGS={CFLAGS}",
        cwd=build,
    )
    root = build / "root"
    make = ("make", "--silent", "-j2", "V=0")
    # The rest of the tree is documents, translations and examples.
    for part in ("libpam", "libpamc", "libpam_misc", "modules"):
        _do(*make, "-C", part, cwd=build)
        _do(*make, "-C", part, f"DESTDIR={root}", "install", cwd=build)
    for part in ("tests", "modules"):
        # Builds the programs, and runs none of them.
        _do(*make, "-C", part, "check", "TESTS=", cwd=build)
    _take_installed(root, suite)
    makefile = (build / "xtests" / "Makefile").read_text()
    xtests = re.findall(r"tst-pam_\w+", re.findall(r"^XTESTS =((?:.*\\\n)*.*)", makefile, re.M)[0])
    _do(*make, "-C", "xtests", *xtests, cwd=build)
    # What libtool leaves in place of a program that needs a library is a script.
    for folder, programs in (
        ("tests", [build / "tests" / "tst-dlopen", *_programs_below(build / "tests" / ".libs")]),
        ("retval", _programs_below(build / "modules")),
        ("xtests", _programs_below(build / "xtests" / ".libs")),
    ):
        for program in programs:
            shutil.copy(program, suite / folder)


# --- both ----------------------------------------------------------------------------------------


def _take_installed(root: Path, suite: Path) -> None:
    for library in root.rglob("libpam*.so.0"):
        shutil.copy(library, suite / "lib")
    (security,) = (path for path in root.rglob("security") if any(path.glob("pam_*.so")))
    shutil.copytree(
        security, suite / "security", dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.la")
    )
    (sbin,) = (path for path in root.rglob("sbin") if path.is_dir())
    shutil.copytree(sbin, suite / "sbin", dirs_exist_ok=True)


def _programs_below(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if (path.name.startswith("tst-") or path.name == "hmacfile")
        and path.is_file()
        and os.access(path, os.X_OK)
        and path.read_bytes()[:4] == b"\x7fELF"
    )


def _version(tree: Path) -> str:
    for name, pattern in (
        ("meson.build", r"^\s*version: '([\d.]+)'"),
        ("configure.ac", r"^AC_INIT\(\[Linux-PAM\], \[([\d.]+)\]"),
    ):
        if (tree / name).exists():
            found = re.search(pattern, (tree / name).read_text(), re.M)
            if found:
                return found[1]
    raise NoBuild(f"{tree} does not say its version")


def _do(*command: str | Path, cwd: Path | None = None) -> None:
    # No flag of the caller's environment may change what is built; how to reach the network may.
    environment = {
        name: value
        for name, value in os.environ.items()
        if name.startswith(("PIP_", "SSL_")) or name.lower().endswith("_proxy")
    }
    environment |= {"PATH": os.environ.get("PATH", os.defpath), "HOME": "/", "LC_ALL": "C"}
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise NoBuild(f"`{' '.join(map(str, command))}` failed:\n{said}")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or names():
        print(wanted, built(wanted))
