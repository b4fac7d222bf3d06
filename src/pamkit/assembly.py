"""Builds a transaction's core from settings: the only file that knows everyone."""

from __future__ import annotations

from pamkit.engine.handle import Handle
from pamkit.engine.transaction import Core
from pamkit.module.registry import Module, Registry
from pamkit.policy.compile import compiled
from pamkit.policy.dialect import DIALECTS, QUIRK_SETS, QUIRKS, Dialect, quirks
from pamkit.policy.resolve import resolve, service_name
from pamkit.policy.source import Layout
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.failure import PamError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType

    from pamkit.engine.transaction import Keeper
    from pamkit.module.registry import Natives
    from pamkit.module.world import World
    from pamkit.policy.compile import Compiled
    from pamkit.policy.source import PolicySource
    from pamkit.semantics.trace import Run, Step
    from pamkit.stores.policy_cache import PolicyCache
    from pamkit.vocab.facility import Primitive

_TRIPLETS = (
    "aarch64-linux-gnu",
    "arm-linux-gnueabi",
    "arm-linux-gnueabihf",
    "i386-linux-gnu",
    "loongarch64-linux-gnu",
    "mips64el-linux-gnuabi64",
    "powerpc64le-linux-gnu",
    "riscv64-linux-gnu",
    "s390x-linux-gnu",
    "x86_64-linux-gnu",
)

MODULE_DIRECTORIES = (
    "/lib/security",
    "/lib64/security",
    "/usr/lib/security",
    "/usr/lib64/security",
    "/usr/lib/pam",
    "/usr/lib64/pam",
    *(f"/lib/{triplet}/security" for triplet in _TRIPLETS),
    *(f"/usr/lib/{triplet}/security" for triplet in _TRIPLETS),
)
"""Where distributions keep service modules: a path there names the module we know."""


def import_module(name: str) -> ModuleType | None:
    """Return the Python module of a service module, or `None` if there is none of that name."""
    path = f"pamkit.modules.{name}"
    try:
        return __import__(path, fromlist=["MODULE"])
    except ModuleNotFoundError as missing:
        if missing.name == path:
            return None
        raise


def registry(extra: Mapping[str, Module] | None = None) -> Registry:
    """Return the registry of pamkit's own modules, with ``extra`` in front of them."""
    return Registry(import_module, directories=MODULE_DIRECTORIES, extra=extra)


def dialect_named(name: str | Dialect | None, root: str) -> Dialect:
    """Return a dialect by name; without one, the dialect of the system below ``root``.

    Raises `ValueError` for a name that is none.
    """
    if isinstance(name, Dialect):
        return name
    if name is None:
        from pamkit.stores.system import dialect_for

        return DIALECTS[dialect_for(root)]
    if name not in DIALECTS:
        from pamkit.policy.suggest import did_you_mean

        raise ValueError(f"there is no dialect `{name}`: {did_you_mean(name, DIALECTS)}")
    return DIALECTS[name]


def quirks_named(names: Iterable[str]) -> frozenset[str]:
    """Return quirks by name or name of a set; `ValueError` for a name that is none."""
    if isinstance(names, str):
        names = (names,)
    try:
        return quirks(names)
    except KeyError as unknown:
        from pamkit.policy.suggest import did_you_mean

        name = unknown.args[0]
        hint = did_you_mean(str(name), [*QUIRK_SETS, *QUIRKS])
        raise ValueError(f"there is no quirk `{name}`: {hint}") from None


def policy_source(
    root: str, confdir: str | None, pins: dict[str, int] | None = None
) -> PolicySource:
    """Return the policy files below a root; ``confdir`` is taken as it is.

    ``pins`` keeps directories open meanwhile (`stores.policy_files`), of the system's root only.
    """
    from pamkit.stores.policy_files import DiskSource
    from pamkit.stores.root import Root

    return DiskSource(Root(root), unrooted=confdir, pins=pins)


def core(
    service: str,
    user: str | None = None,
    *,
    confdir: str | None = None,
    root: str = "/",
    dialect: str | Dialect | None = None,
    quirks: Iterable[str] = (),
    modules: Mapping[str, Module] | None = None,
    world: World | None = None,
    source: PolicySource | None = None,
    watch: Callable[[Primitive, Step], object] | None = None,
    audit: Callable[[Run], object] | None = None,
    log: Callable[[int, str], object] | None = None,
    natives: Natives | None = None,
    keeper: Keeper | None = None,
    policies: PolicyCache | None = None,
) -> Core:
    """Return the core of a new transaction.

    ``policies`` keeps what was read; without it, all transactions of the process share one.

    Raises `PolicyError` if there is no usable policy, `PamError` for a name with a NUL, and
    `ValueError` for settings that do not exist.
    """
    chosen = quirks_named(quirks)
    spoken = dialect_named(dialect, root)
    if user is not None and "\0" in user:
        raise PamError(ReturnCode.BAD_ITEM, "the user name holds a NUL byte")
    if world is None:
        from pamkit.stores.system import system_world

        world = system_world(root)
    if log is not None:
        from pamkit.stores.log import CallingLog

        world = world.changed(log=CallingLog(log))
    return Core(
        Handle(service_name(service, chosen), user),
        load=_loader(root, confdir, source, spoken, chosen, policies),
        registry=registry(modules),
        world=world,
        dialect=spoken,
        quirks=chosen,
        watch=watch,
        audit=audit,
        natives=natives,
        keeper=keeper,
    )


def _loader(
    root: str,
    confdir: str | None,
    source: PolicySource | None,
    dialect: Dialect,
    chosen: frozenset[str],
    policies: PolicyCache | None,
) -> Callable[[str], Compiled]:
    """Return what gives the policy of a service; those of this machine are kept."""
    layout = Layout(confdir=confdir)

    def read(name: str, files: PolicySource) -> Compiled:
        return compiled(resolve(name, files, layout=layout, dialect=dialect, quirks=chosen))

    if source is not None or root != "/":
        files = source or policy_source(root, confdir)
        return lambda name: read(_checked(name, chosen), files)
    from pamkit.stores.policy_cache import shared_policies

    kept = policies or shared_policies()

    def load(name: str) -> Compiled:
        name = _checked(name, chosen)
        key = (name, confdir, dialect, chosen)
        return kept.load(
            key,
            lambda pins: policy_source(root, confdir, pins),
            lambda files: read(name, files),
        )

    return load


def _checked(name: str, chosen: frozenset[str]) -> str:
    """A service set later is not cut by libpam; without the quirk it may hold no path."""
    return name if "service-path" in chosen else service_name(name, chosen)
