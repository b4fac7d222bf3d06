"""A service module that answers as a test likes, and chains written down as policies for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare
from pamkit.module.options import Options, rest
from pamkit.module.registry import Module
from pamkit.policy.chain import Link, Substack
from pamkit.policy.control import to_text
from pamkit.policy.dialect import LINUX, Dialect
from pamkit.semantics.walk import Links
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import WORDS
from pamkit.vocab.facility import Primitive


class ProbeOptions(Options):
    """The number of the link, and nothing else."""

    words: tuple[str, ...] = rest("the number of the link")


DECLARATION = declare(
    "pam_probe",
    options=ProbeOptions,
    answers={primitive: " ".join(WORDS) for primitive in Primitive},
    examples=[],
)


def probe(hook: Callable[[ModuleCall[Any]], Any]) -> Module:
    """Return `pam_probe`, with ``hook`` for every primitive."""
    return Module("pam_probe", DECLARATION, dict.fromkeys(Primitive, hook))


def answering(said: Mapping[Primitive, list[int]]) -> Module:
    """Return `pam_probe`, which answers by primitive and number of the link."""

    def hook(call: ModuleCall[ProbeOptions]) -> int:
        return said[call.primitive][int(call.options.words[0])]

    return probe(hook)


def written(links: Links, *, facility: str = "auth") -> dict[str, str]:
    """Return files of a policy that compiles to these links of `pam_probe`."""
    files: dict[str, str] = {}
    files["test"] = _text(links, facility, files)
    return files


def _text(links: Links, facility: str, files: dict[str, str]) -> str:
    lines = ["# nothing else"]
    for link in links:
        if isinstance(link, Substack):
            lines.append(f"{facility} substack s{link.number}")
            # A line of another facility: a file without any is not included.
            files[f"s{link.number}"] = (
                _text(link.links, facility, files) + "password optional x.so\n"
            )
        else:
            lines.append(f"{facility} {to_text(link.actions)} pam_probe.so {link.number}")
    return "\n".join([*lines, ""])


def trial(
    links: Links,
    said: Mapping[Primitive, list[int]],
    *,
    facility: str = "auth",
    dialect: Dialect = LINUX,
    quirks: frozenset[str] = frozenset(),
) -> Trial:
    """Return a transaction over a chain whose modules answer so."""
    return Trial(written(links, facility=facility), answering(said), dialect=dialect, quirks=quirks)


def same(one: Links, two: Links) -> bool:
    """Whether two chains mean the same, wherever they were written."""
    return len(one) == len(two) and all(_alike(a, b) for a, b in zip(one, two, strict=True))


def _alike(one: Link | Substack, two: Link | Substack) -> bool:
    if isinstance(one, Substack) and isinstance(two, Substack):
        return one.number == two.number and same(one.links, two.links)
    if isinstance(one, Link) and isinstance(two, Link):
        return (one.number, one.actions) == (two.number, two.actions)
    return False
