"""The C behind the stores, built as an extension module of the Python that runs the tests."""

import importlib.machinery
import importlib.util
import subprocess
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from pamkit.stores.c_library import CLibrary

SOURCES = Path(__file__).resolve().parents[2] / "src/pamkit/native/c/core"

FLAGS = [
    "-std=gnu11",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
    "-Wvla",
    "-Werror",
    "-fvisibility=hidden",
    "-D_GNU_SOURCE",
    "-D_FORTIFY_SOURCE=2",
    "-O1",
    "-fstack-protector-strong",
    "-fPIC",
    "-shared",
    "-Wl,-z,relro,-z,now,-z,noexecstack",
]


def build(directory: Path) -> Path:
    """Build the module in ``directory``; return its file."""
    made = directory / "_pamkit_c.so"
    if not made.exists():
        sources = sorted(str(path) for path in SOURCES.glob("c_*.c"))
        headers = sysconfig.get_path("include")
        subprocess.run(
            ["cc", *FLAGS, "-isystem", headers, "-o", str(made), *sources, "-ldl", "-lpthread"],
            check=True,
        )
    return made


def load(file: Path) -> "CLibrary":
    """Return the module in this process."""
    loader = importlib.machinery.ExtensionFileLoader("_pamkit_c", str(file))
    spec = importlib.util.spec_from_loader("_pamkit_c", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return cast("CLibrary", module)
