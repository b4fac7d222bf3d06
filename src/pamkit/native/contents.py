"""Which Python is frozen into the core: the engine, and what it imports."""

from __future__ import annotations

from pathlib import Path

PAMKIT = Path(__file__).resolve().parents[1]
"""The package itself."""

PLACES = (PAMKIT / "native" / "frozen", PAMKIT.parent)
"""Where sources are looked for, before the standard library: the core's own short versions."""

STANDARD = ("__future__", "os", "stat", "struct")
"""What is imported and is not pamkit's."""

FOR_IMPORTING = ("importlib._bootstrap", "importlib._bootstrap_external")
"""What files of Python import with; the engine does without."""

BUILT_IN = (
    "_codecs",
    "_collections",
    "_operator",
    "_stat",
    "_struct",
    "_thread",
    "_weakref",
    "errno",
    "fcntl",
    "itertools",
    "posix",
    "select",
    "time",
)
"""Modules in C that the interpreter itself must hold; others have some of them as files."""

FOR_FILES = (
    "_abc",
    "_ast",
    "_bisect",
    "_blake2",
    "_csv",
    "_datetime",
    "_functools",
    "_heapq",
    "_io",
    "_json",
    "_locale",
    "_md5",
    "_opcode",
    "_pickle",
    "_posixsubprocess",
    "_random",
    "_sha1",
    "_sha2",
    "_sha256",
    "_sha3",
    "_sha512",
    "_socket",
    "_sre",
    "_statistics",
    "_string",
    "_tokenize",
    "_tracemalloc",
    "_typing",
    "array",
    "atexit",
    "binascii",
    "cmath",
    "grp",
    "math",
    "pwd",
    "syslog",
    "unicodedata",
)
"""Modules in C that files of Python may import, as far as the interpreter holds them."""

PACKAGES = (
    "vocab",
    "policy",
    "semantics",
    "module",
    "formats",
    "engine",
    "stores",
    "modules",
    "unix",
    "quality",
    "selinux",
    "userdb",
    "faillock",
    "limits",
    "logind",
    "namespace",
    "timestamp",
    "records",
    "sessions",
    "doors",
)
"""Packages of pamkit, with every module in them."""

SINGLE = ("assembly",)
"""Modules of pamkit that lie beside the packages."""

AT_EVERY_START = (
    "__future__",
    "os",
    "pamkit",
    "pamkit.assembly",
    "pamkit.doors",
    "pamkit.doors.audit",
    "pamkit.doors.door",
    "pamkit.doors.functions",
    "pamkit.doors.natives",
    "pamkit.doors.perform",
    "pamkit.doors.requests",
    "pamkit.doors.start",
    "pamkit.doors.talk",
    "pamkit.doors.world",
    "pamkit.engine",
    "pamkit.engine.answers",
    "pamkit.engine.bind",
    "pamkit.engine.call",
    "pamkit.engine.delay",
    "pamkit.engine.dispatch",
    "pamkit.engine.footing",
    "pamkit.engine.handle",
    "pamkit.engine.judging",
    "pamkit.engine.odd_words",
    "pamkit.engine.on_tracks",
    "pamkit.engine.standing",
    "pamkit.engine.tracks",
    "pamkit.engine.transaction",
    "pamkit.module",
    "pamkit.module.call",
    "pamkit.module.declaration",
    "pamkit.module.effect",
    "pamkit.module.facts",
    "pamkit.module.options",
    "pamkit.module.registry",
    "pamkit.modules",
    "pamkit.modules.pam_permit",
    "pamkit.policy",
    "pamkit.policy.chain",
    "pamkit.policy.compile",
    "pamkit.policy.control",
    "pamkit.policy.dialect",
    "pamkit.policy.resolve",
    "pamkit.policy.skim",
    "pamkit.policy.source",
    "pamkit.policy.words",
    "pamkit.semantics",
    "pamkit.semantics.stride",
    "pamkit.semantics.table",
    "pamkit.semantics.trace",
    "pamkit.semantics.verdict",
    "pamkit.semantics.walk",
    "pamkit.stores",
    "pamkit.stores.audit_record",
    "pamkit.stores.c_library",
    "pamkit.stores.c_memory",
    "pamkit.stores.log",
    "pamkit.stores.policy_cache",
    "pamkit.stores.policy_files",
    "pamkit.stores.root",
    "pamkit.vocab",
    "pamkit.vocab.codes",
    "pamkit.vocab.diagnostic",
    "pamkit.vocab.facility",
    "pamkit.vocab.failure",
    "pamkit.vocab.flags",
    "pamkit.vocab.item",
    "pamkit.vocab.message",
    "pamkit.vocab.names",
    "pamkit.vocab.priority",
    "pamkit.vocab.record",
    "pamkit.vocab.secret",
    "pamkit.vocab.span",
    "stat",
)
"""What every login brings in, whatever its policy says; a test holds the list to what does."""

NOT_FROZEN = (
    "pamkit.stores.c_by_ctypes",
    "pamkit.stores.c_functions_by_ctypes",
    "pamkit.stores.c_memory_by_ctypes",
    "pamkit.stores.c_mounts_by_ctypes",
    "pamkit.stores.c_selinux_by_ctypes",
    "pamkit.stores.c_sockets_by_python",
    "pamkit.stores.c_process_by_ctypes",
    "pamkit.stores.c_sqlite_by_python",
    "pamkit.stores.c_terminal_by_ctypes",
    "pamkit.stores.login_tables",
    "pamkit.stores.native_calls",
    "pamkit.stores.session_registry",
    "pamkit.stores.user_file",
)
"""What cannot work in the core, which has no `ctypes` and does the same in C, or not at all."""


def core_modules() -> tuple[str, ...]:
    """Return the names of all modules that the core holds, in order."""
    names = {*STANDARD, *FOR_IMPORTING, "pamkit", *(f"pamkit.{name}" for name in SINGLE)}
    for package in PACKAGES:
        for path in (PAMKIT / package).rglob("*.py"):
            parts = path.relative_to(PAMKIT).with_suffix("").parts
            names.add(".".join(("pamkit", *parts)).removesuffix(".__init__"))
    return tuple(sorted(names.difference(NOT_FROZEN)))
