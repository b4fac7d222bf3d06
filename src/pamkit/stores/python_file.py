"""Service modules in files of Python, which a policy names by their path.

A file with a `MODULE` declaration is a module of ours and is run once; any other is one for
pam_python and is run anew for each transaction.  Nothing but the file itself is read: no bytecode.
"""

from __future__ import annotations

import sys

from pamkit.module.registry import module_from
from pamkit.stores.trusted import read_trusted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from pamkit.module.registry import Module

_COMPILED: dict[str, tuple[tuple[int, ...], CodeType]] = {}
_MODULES: dict[str, tuple[CodeType, Module]] = {}


def module_in(path: str) -> Module | str:
    """Return the module in a file, or a sentence that says why there is none.

    The file and every directory above must belong to root and be closed to all others' writing.
    """
    try:
        code = _code(path)
        known = _MODULES.get(path)
        if known is not None and known[0] is code:
            return known[1]
        python = _run(path, code)
        if not hasattr(python, "MODULE"):
            from pamkit.module.pam_python import old_module

            return old_module(python, path)
        module = module_from(python)
    except SyntaxError as fault:
        return f"{path} cannot be compiled: {type(fault).__name__} in line {fault.lineno}"
    except OSError as fault:
        return f"{path} cannot be loaded: {fault.strerror or type(fault).__name__}"
    except (Exception, SystemExit) as fault:  # noqa: BLE001  # whatever it does, it is no module
        # Its words are left out: nobody knows what is in them.
        return f"{path} cannot be loaded: {_kind(fault)} at {_place(fault)}"
    _MODULES[path] = (code, module)
    return module


def _code(path: str) -> CodeType:
    """Return the code of a file; compiled again only when the file is another one."""
    found = read_trusted(path)
    known = _COMPILED.get(path)
    if known is not None and known[0] == found.identity:
        return known[1]
    # Assertions count, however this interpreter was started.
    code: CodeType = compile(found.data, path, "exec", dont_inherit=True, optimize=0)
    _COMPILED[path] = (found.identity, code)
    return code


def _run(path: str, code: CodeType) -> ModuleType:
    """Run a file and return its names as a module, which is called by its path."""
    python = type(sys)(path)
    python.__file__ = path
    provided = _builtins()
    if provided is not None:
        python.__dict__["__builtins__"] = provided
    before = sys.modules.get(path)
    # Classes look their own module up by its name.
    sys.modules[path] = python
    try:
        exec(code, python.__dict__)  # noqa: S102  # root put it there, and root alone
    except BaseException:
        if before is None:
            del sys.modules[path]
        else:
            sys.modules[path] = before
        raise
    return python


def _builtins() -> dict[str, Any] | None:
    """Return what stands for `__builtins__`; `None` where Python's own will do."""
    if "_pamkit_foreign" not in sys.builtin_module_names:
        return None
    from pamkit.stores.standard_library import builtins_for_files

    return builtins_for_files()


def _kind(fault: BaseException) -> str:
    """Return what was raised; of an import the name that was not found."""
    missing = fault.name if isinstance(fault, ImportError) else None
    return type(fault).__name__ + (f" (`{missing}`)" if missing else "")


def _place(fault: BaseException) -> str:
    """Return file and line where it was raised."""
    traceback = fault.__traceback__
    if traceback is None:
        return "unknown place"
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno}"
