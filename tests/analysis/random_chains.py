"""Small chains as chance has it, and runs through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pamkit.policy.compile import compile_policy
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, Facility

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from pamkit.policy.chain import Chain
    from pamkit.semantics.walk import Links
    from pamkit.vocab.facility import Primitive

CODES = (ReturnCode.SUCCESS, ReturnCode.AUTH_ERR, ReturnCode.IGNORE, ReturnCode.NEW_AUTHTOK_REQD)
"""What every line of them can answer."""

_CONTROLS = (
    *("required", "requisite", "sufficient", "optional"),
    *("[success=1 default=ignore]", "[success=ok ignore=2 default=die]", "[default=reset]"),
    *("[success=done default=bad]", "[auth_err=1 default=bad]"),
)


def links_of(*lines: str, **files: str) -> Links:
    """Return the links of a chain of `auth` lines; ``files`` are others beside it."""
    there = {"/etc/pam.d/test": "".join(f"auth {line}\n" for line in lines)}
    there |= {f"/etc/pam.d/{name}": text for name, text in files.items()}
    return compile_policy(resolve("test", MemorySource(there)))[Facility.AUTH].links


def chain_of(text: str, primitive: Primitive, files: Mapping[str, str] | None = None) -> Chain:
    """Return the chain that a primitive asks of a service; ``files`` are others beside it."""
    there = {"/etc/pam.d/test": text}
    there |= {f"/etc/pam.d/{name}": other for name, other in (files or {}).items()}
    return compile_policy(resolve("test", MemorySource(there)))[FACILITY_OF[primitive]]


def random_links(draw: random.Random) -> Links:
    """Return a chain of up to four lines, perhaps with a substack of two."""
    inside = "".join(f"auth {draw.choice(_CONTROLS)} in{n}\n" for n in range(2))
    lines = [f"{draw.choice(_CONTROLS)} out{n}" for n in range(draw.randrange(1, 4))]
    if draw.random() < 0.5:
        lines.insert(draw.randrange(len(lines) + 1), "substack in")
    return links_of(*lines, **{"in": inside})


def answered(draw: random.Random, links: Links) -> dict[int, int]:
    """Return the answers of a run, by the numbers of the links that were asked."""
    answers: dict[int, int] = {}
    at = begin(links)
    while isinstance(at, Cursor):
        answers[at.link.number] = draw.choice(CODES)
        at = advance(at, answers[at.link.number])
    return answers
