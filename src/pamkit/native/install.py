"""The libraries put into a directory of their own, with what it takes to compile against them."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pamkit.native.boot import copy_libraries
from pamkit.native.core_path import LONGEST, core_path
from pamkit.native.place import unsafe
from pamkit.native.problem import Problem
from pamkit.native.put import make_directory, put, put_link, sync_directory
from pamkit.native.recipe import CORE, HEADERS, LIBRARIES, C
from pamkit.native.search import own_directories, search_directories
from pamkit.native.stamp import STAMP

INTERFACE = "1.7.0"
"""The version of Linux-PAM whose interface this is; what `pkg-config --modversion pam` says."""


def install(source: Path, prefix: Path, *, root: Path) -> Path:
    """Copy built libraries, headers and pkg-config files to a prefix; return where they lie.

    ``root`` is put before the prefix, for packages (`/` is the system itself).  Raises `Problem`
    for a prefix that is unfit: one where programs would find the library without being told, one
    with a libpam of somebody else's, one that others could write to.
    """
    _refuse_unfit(prefix, root=root)
    target = root / prefix.relative_to("/")
    make_directory(target)
    copy_libraries(source, target, core=prefix / CORE)
    for row in LIBRARIES:
        if row.linker_name:
            put_link(target / row.linker_name, row.file)
    for header in sorted((HEADERS / "security").glob("*.h")):
        _put_below(target, Path("include", "security", header.name), header.read_bytes())
    for template in sorted((C / "pc").glob("*.pc.in")):
        text = template.read_text(encoding="ascii")
        text = text.replace("@prefix@", str(prefix)).replace("@version@", INTERFACE)
        _put_below(target, Path("pkgconfig", template.stem), text.encode("ascii"))
    if (source / STAMP).is_file():
        put(target / STAMP, (source / STAMP).read_bytes())
    sync_directory(target)
    return target


def instructions(prefix: Path) -> str:
    """Return how to use what was installed: for one program, for all, and back."""
    return f"""\
one program, started by whoever it runs as:
    LD_LIBRARY_PATH={prefix} PROGRAM
  a service of systemd, in `systemctl edit SERVICE`:
    [Service]
    Environment=LD_LIBRARY_PATH={prefix}
  (programs that are setuid ignore this; `pamkit native try -- COMMAND` shows them the library)

all programs: keep a root shell open, and try a login elsewhere before you close it
    echo {prefix} > /etc/ld.so.conf.d/00-pamkit.conf && ldconfig
    ldconfig -p | grep libpam.so.0        # the first line is the one that is used
  services that run keep the library they have until they are restarted

and back:
    rm /etc/ld.so.conf.d/00-pamkit.conf && ldconfig
  the system's own files were not touched

to compile against it:
    PKG_CONFIG_PATH={prefix}/pkgconfig pkg-config --cflags --libs pam
"""


_PLAIN = re.compile(r"/[A-Za-z0-9/._+~-]*")
"""What the dynamic linker, pkg-config and a shell all read as it is."""


def _refuse_unfit(prefix: Path, *, root: Path) -> None:
    if not _PLAIN.fullmatch(str(prefix)) or ".." in prefix.parts:
        raise Problem(
            f"the prefix `{prefix}` is unfit",
            "expected an absolute path of letters, digits and `._+~-`",
        )
    if len(os.fsencode(prefix / CORE)) > LONGEST:
        raise Problem(f"the prefix is too long for a library, which has room for {LONGEST} bytes")
    target = root / prefix.relative_to("/")
    library = target / "libpam.so.0"
    is_ours = library.exists() and core_path(library.read_bytes()) is not None
    if library.exists() and not is_ours:
        raise Problem(f"`{library}` is somebody else's: it is not overwritten")
    # What serves all programs already may be renewed; but never in the place of the system.
    closed = own_directories(root) if is_ours else search_directories(root)
    if target.resolve() in {path.resolve() for path in closed}:
        raise Problem(
            f"programs look for libraries in `{prefix}`: all of them would use pamkit at once",
            "expected a directory of its own, as in /usr/local/lib/pamkit",
        )
    if root == Path("/") and os.geteuid() == 0:
        existing = next(path for path in (target, *target.parents) if path.exists())
        if wrong := unsafe(existing):
            raise Problem(
                f"others could change what is installed: {wrong[0]}",
                "every directory above must belong to root",
            )


def _put_below(target: Path, path: Path, data: bytes) -> None:
    make_directory((target / path).parent)
    put(target / path, data)
