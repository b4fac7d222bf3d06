"""Settings that let a front run in memory: policies, modules and a world of the test's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pamkit.policy.source import MemorySource
from pamkit.testing.outside import StandInOutside
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import HOOK_NAMES
from tests.hooks import module

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.module.call import Hook, ModuleCall
    from pamkit.module.registry import Module

ALL = "".join(f"{f} required pam_x.so\n" for f in ("auth", "account", "password", "session"))


def settings(
    *modules: Module, policy: str | Mapping[str, str] = ALL, **more: Any
) -> dict[str, Any]:
    """Return settings for a front with the service ``test``."""
    texts = {"test": policy} if isinstance(policy, str) else policy
    return {
        "source": MemorySource({f"/etc/pam.d/{name}": text for name, text in texts.items()}),
        "modules": {module.name: module for module in modules},
        "world": memory_world(),
        "outside": StandInOutside(),
        "dialect": "linux",
        **more,
    }


def answering(calls: list[str] | None = None, **answers: int) -> Module:
    """Return ``pam_x``: answers by primitive (default: success), calls noted by name."""

    def hook(call: ModuleCall[Any]) -> int:
        name = call.primitive.name.lower()
        if calls is not None:
            calls.append(name)
        return answers.get(name, ReturnCode.SUCCESS)

    hooks: dict[str, Hook] = {name.removeprefix("pam_sm_"): hook for name in HOOK_NAMES.values()}
    return module("x", **hooks)
