"""Module files that stand in for Linux-PAM's own: pamkit's modules in Python, as C sees them."""

from pathlib import Path
from pkgutil import iter_modules

import pamkit.modules
from pamkit.native.python_module import make_module


def python_modules() -> frozenset[str]:
    """The modules that pamkit has in Python, as in ``pam_debug``."""
    found = iter_modules(pamkit.modules.__path__)
    return frozenset(each.name for each in found if not each.ispkg)  # other families' are in rooms


def put_stand_ins(library: Path, folder: Path) -> Path:
    """Write a ``pam_X.so`` for each module X in Python into the new `folder`; returns the folder.

    Each is made of the door in the folder `library`, and says in itself which module it is.
    """
    folder.mkdir()
    for name in python_modules():
        make_module(name, library, folder, python=None)
    return folder
