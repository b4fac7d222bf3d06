"""What a policy means, as text: equal for two policies that ask the same modules the same way.

A path that was recorded under one policy can be followed under another only if both are equal in
this sense.  Where the lines stand, and what comments lie between them, does not matter.
"""

from __future__ import annotations

from pamkit.policy.chain import Chain, Link, Substack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def meaning_of(chain: Chain) -> str:
    """Return the chain as lines: modules, words and actions in order, substacks indented."""
    return "".join(_lines(chain.links, ""))


def _lines(links: tuple[Link | Substack, ...], indent: str) -> Iterator[str]:
    for link in links:
        if isinstance(link, Substack):
            yield f"{indent}{link.number} substack\n"
            yield from _lines(link.links, f"{indent} ")
        else:
            words = [link.module, *link.args]
            actions = ",".join(str(int(action)) for action in link.actions)
            # A text in quotes cannot run into the next, whatever is in it.
            # In ASCII: which other characters are shown as they are differs between Pythons.
            said = " ".join(map(ascii, (*words, link.refusal)))
            yield f"{indent}{link.number} [{actions}] {said}\n"
