"""Where the source of Linux-PAM comes from: Debian's mirror, through apt, without a trace in /etc.

Only the tarball is taken, unpatched: it belongs to upstream's version, whatever Debian's revision,
and so do the expectations in ``expected.py``.  ``PAMKIT_LINUX_PAM=DIR`` in the environment names
one more source tree, of any version, to be judged by as well.
"""

import hashlib
import os
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple


class Release(NamedTuple):
    """One version of Linux-PAM that every change is judged by."""

    version: str
    suite: str
    """The suite of Debian whose source package ``pam`` is this version."""
    sha256: str
    """Of the upstream tarball."""


RELEASES = (
    Release(
        "1.5.2", "bookworm", "e4ec7131a91da44512574268f493c6d8ca105c87091691b8e9b56ca685d4f94d"
    ),
    Release("1.7.0", "trixie", "57dcd7a6b966ecd5bbd95e1d11173734691e16b68692fa59661cdae9b13b1697"),
)

MIRROR = "http://deb.debian.org/debian"
TREE = os.environ.get("PAMKIT_LINUX_PAM")


class NoSource(Exception):
    """The source of Linux-PAM cannot be had here; the message says why."""


def cache() -> Path:
    """The folder, outside the checkout, where sources and builds are kept."""
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    folder = Path(home) / "pamkit" / "linux-pam"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def tarball(release: Release) -> Path:
    """The upstream tarball of `release`, fetched once.

    Raises ``NoSource``: no apt, no network, or a tarball that is not the one we know.
    """
    kept = cache() / f"linux-pam-{release.version}.tar.xz"
    if not kept.exists():
        with TemporaryDirectory(dir=kept.parent) as scratch:
            _fetch(release, Path(scratch)).replace(kept)
    if hashlib.sha256(kept.read_bytes()).hexdigest() != release.sha256:
        raise NoSource(f"{kept} is not the known tarball of Linux-PAM {release.version}")
    return kept


def unpack(packed: Path, into: Path) -> Path:
    """Unpack the tarball `packed` below `into`; returns the source tree."""
    with tarfile.open(packed) as archive:
        archive.extractall(into, filter="data")
    (tree,) = into.iterdir()
    return tree


def can_be_had() -> bool:
    """Whether every release is here or can be fetched."""
    try:
        for release in RELEASES:
            tarball(release)
    except NoSource:
        return False
    return True


def _fetch(release: Release, scratch: Path) -> Path:
    # apt takes every folder of its own from here: /etc/apt and the machine's lists are left alone.
    listed = scratch / "sources.list"
    listed.write_text(f"deb-src {_mirror()} {release.suite} main\n")
    (scratch / "parts").mkdir()
    (scratch / "lists" / "partial").mkdir(parents=True)
    (scratch / "cache" / "archives" / "partial").mkdir(parents=True)
    private = (
        f"Dir::Etc::sourcelist={listed}",
        f"Dir::Etc::sourceparts={scratch / 'parts'}",
        f"Dir::State::lists={scratch / 'lists'}",
        f"Dir::Cache={scratch / 'cache'}",
        # Otherwise apt, as root, becomes a user who may not write here, and warns.
        "APT::Sandbox::User=root",
        "APT::Get::List-Cleanup=false",
        "Acquire::Languages=none",
    )
    apt = ("apt-get", "-qq", *(word for option in private for word in ("-o", option)))
    for command in (
        (*apt, "update"),
        (*apt, "source", "--download-only", "--tar-only", f"pam/{release.suite}"),
    ):
        try:
            subprocess.run(command, cwd=scratch, check=True, capture_output=True, timeout=180)
        except subprocess.CalledProcessError as error:
            raise NoSource(f"`{' '.join(command[-3:])}`: {error.stderr.decode()}") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise NoSource(f"`{' '.join(command[-3:])}`: {error}") from error
    packed = scratch / f"pam_{release.version}.orig.tar.xz"
    if not packed.exists():
        raise NoSource(f"Debian {release.suite} has no Linux-PAM {release.version} any more")
    return packed


def _mirror() -> str:
    """The mirror of Debian that this machine uses."""
    command = ("apt-get", "indextargets", "--format", "$(REPO_URI)", "Origin: Debian")
    try:
        said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return MIRROR
    # The archive of security updates has the suites under other names.
    found = [line for line in said.stdout.split() if "security" not in line]
    return found[0] if found else MIRROR
