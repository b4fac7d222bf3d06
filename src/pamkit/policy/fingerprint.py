"""What a policy means, as text: equal for two policies that ask the same modules the same way.

A path that was recorded under one policy can be followed under another only if both are equal in
this sense.  Where the lines stand, and what comments lie between them, does not matter; dialect and
quirks do, for the same lines are walked otherwise under others.
"""

from __future__ import annotations

from pamkit.policy.chain import Chain, Link, Substack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def meaning_of(chain: Chain) -> str:
    """Return the chain as lines: its rules, then modules, words and actions, substacks indented."""
    return "".join((f"{chain.rules!a}\n", *_lines(chain.links, "")))


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
