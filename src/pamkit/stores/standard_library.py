"""What files of Python can import in the core, which has no machinery for importing of its own.

The engine's imports are frozen and served in C; they never come here.  Files that a policy names
get Python's own `importlib`, brought up when the first of them runs: modules in C that the core
holds, what is frozen into every Python, and source or bytecode that only root can have written,
from the standard library or wherever the file itself has `sys.path` point.  No extension modules,
no bytecode is written, nothing is taken from the environment: `os.environ` is empty.
"""

from __future__ import annotations

import sys

from pamkit.stores.trusted import read_trusted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

_BOOTSTRAP, _EXTERNAL = "_frozen_importlib", "_frozen_importlib_external"
_SOURCES = {
    _BOOTSTRAP: "importlib._bootstrap",
    _EXTERNAL: "importlib._bootstrap_external",
}
"""The two halves of `importlib`, by the names they have when they run, and their own."""

_PAUSE = 0.001  # seconds; it takes a few
_NOBODY = (0, 0)


class _State:
    """How far it is: ready, or who is at it, by process and thread."""

    def __init__(self) -> None:
        self.ready = False
        self.busy = _NOBODY


_provided: dict[str, Any] = {}
_halves: dict[str, Any] = {}
_state = _State()


def builtins_for_files() -> dict[str, Any]:
    """Return the `__builtins__` of files of Python; all of them share it."""
    if not _provided:
        import builtins

        engines = builtins.__import__
        if not hasattr(builtins, "open"):
            builtins.open = _open
        provided = {**vars(builtins), "__import__": _importer(engines)}
        _provided.update(provided)
    return _provided


def _importer(engines: Any) -> Any:
    def bring(
        name: str,
        globals: Any = None,  # Python's own names: some callers name their arguments
        locals: Any = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> ModuleType:
        """Import a module: pamkit's from the core, any other as Python does."""
        if level == 0 and (name == "pamkit" or name.startswith("pamkit.")):
            found: ModuleType = engines(name, globals, locals, fromlist, 0)
        else:
            _see_to_it()
            found = _halves[_BOOTSTRAP].__import__(name, globals, locals, fromlist, level)
        return found

    return bring


def _open(*args: Any, **settings: Any) -> Any:
    """Stands for `open`, which is not there before `io` is."""
    return _provided["__import__"]("io").open(*args, **settings)


def _see_to_it() -> None:
    """Have `importlib` brought up, once; who comes meanwhile waits."""
    import posix
    import time
    from _thread import get_ident

    me = (posix.getpid(), get_ident())
    while not _state.ready:
        if _state.busy == me:
            return  # it imports while it is brought up
        if _state.busy[0] == me[0]:
            time.sleep(_PAUSE)
            continue
        # Nobody is at it; or somebody was, in the process that this one was forked from.
        _state.busy = me
        try:
            _bring_up()
            _state.ready = True
        finally:
            _state.busy = _NOBODY


def _bring_up() -> None:
    """Bring up `importlib`: most modules need nothing of the standard library."""
    import _imp
    import posix

    from _pamkit_foreign import (  # type: ignore[import-not-found]  # built into the core
        standard_library,
    )

    _furnish_sys(standard_library().rpartition("/lib")[0])
    # C: whoever starts a program chooses its environment; `posix` took it from there.
    posix.environ = {}
    try:
        bootstrap = _run_half(_BOOTSTRAP)
        bootstrap._install(sys, _imp)
        _run_half(_EXTERNAL)
        bootstrap._install_external_importers()
        _install_loader(_halves[_EXTERNAL], standard_library())
    except BaseException:
        _halves.clear()  # half of it is none
        raise
    # Codecs are found by it; where there are no files, those in C must do.
    try:
        _provided["__import__"]("encodings")
    except ImportError:
        return


def _run_half(name: str) -> Any:
    """Run a half of `importlib` with the builtins of files; what it runs in turn inherits them."""
    from _pamkit_foreign import frozen_code  # built into the core

    module: Any = type(sys)(name)
    module.__dict__["__builtins__"] = _provided
    sys.modules[name] = _halves[name] = module
    exec(frozen_code(_SOURCES[name]), module.__dict__)  # noqa: S102  # part of the interpreter
    return module


def _furnish_sys(prefix: str) -> None:
    """Set what a start that goes to its end would have set."""
    wanted: dict[str, Any] = {
        "argv": [""],
        "path": [],
        "meta_path": [],
        "path_hooks": [],
        "path_importer_cache": {},
        "warnoptions": [],
        "_xoptions": {},
        "executable": "",
        "_base_executable": "",
        "prefix": prefix,
        "base_prefix": prefix,
        "exec_prefix": prefix,
        "base_exec_prefix": prefix,
        "platlibdir": "lib",
        "pycache_prefix": None,
    }
    for name, value in wanted.items():
        setattr(sys, name, value)
    for name in ("stdin", "stdout", "stderr"):
        # The terminal is the program's: nothing a module prints belongs there.
        setattr(sys, name, None)
        setattr(sys, f"__{name}__", None)
    sys.dont_write_bytecode = True


def _install_loader(external: Any, standard_library: str) -> None:
    """Let modules come from files that only root can have written."""

    class TrustedLoader(external.SourceFileLoader):  # type: ignore[misc]  # known at run time only
        """Reads source and bytecode that is root's alone."""

        def get_data(self, path: str) -> bytes:
            """Return what a file holds; `OSError` if others could have written it."""
            return read_trusted(path).data

        def set_data(self, path: str, data: object, *, _mode: int = 0) -> None:
            """Write nothing."""

        def source_to_code(self, data: Any, path: str, *, _optimization: int = -1) -> Any:
            """Compile with assertions and docstrings, as bytecode on the disk is."""
            return compile(data, path, "exec", dont_inherit=True, optimize=0)

    cached = external.cache_from_source

    def cache_from_source(path: str, *_: object, **__: object) -> Any:
        return cached(path, optimization="")

    external.cache_from_source = cache_from_source
    finder = external.FileFinder.path_hook((TrustedLoader, external.SOURCE_SUFFIXES))
    sys.path_hooks[:] = [finder]
    sys.path[:] = [standard_library] if standard_library else []
