"""An include and its text in place give the same chain."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.policy.chain import Link, Substack
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import DEBIAN
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.vocab.facility import Facility

_LINES = st.tuples(
    st.sampled_from(["auth", "account", "-auth", "Session"]),
    st.sampled_from(["required", "sufficient", "[success=2 default=die]", "optional", "nonsense"]),
    st.sampled_from(["a.so", "b.so x=1", "c.so [y z]", ""]),
).map(" ".join)
_TEXTS = st.lists(_LINES, max_size=5)


def meaning(links: tuple[Link | Substack, ...]) -> list[object]:
    return [
        (link.number, meaning(link.links))
        if isinstance(link, Substack)
        else (link.number, link.module, link.args, link.actions, link.quiet, link.refusal)
        for link in links
    ]


def chains(files: dict[str, list[str]]) -> dict[Facility, list[object]]:
    source = MemorySource({f"/etc/pam.d/{name}": "\n".join(text) for name, text in files.items()})
    made = compile_policy(resolve("su", source, dialect=DEBIAN))
    return {facility: meaning(chain.links) for facility, chain in made.items()}


@settings(max_examples=150)
@given(_TEXTS, _TEXTS, _TEXTS)
def test_an_include_is_its_text_in_place(
    before: list[str], inside: list[str], after: list[str]
) -> None:
    inside = [*inside, "auth required last.so"]
    auth = [line for line in inside if line.startswith(("auth", "-auth"))]
    spliced = chains({"su": [*before, *auth, *after]})
    included = chains({"su": [*before, "auth include x", *after], "x": inside})
    assert spliced == included


@settings(max_examples=100)
@given(_TEXTS, _TEXTS, _TEXTS)
def test_debians_include_is_the_whole_file_in_place(
    before: list[str], inside: list[str], after: list[str]
) -> None:
    inside = [*inside, "auth required last.so"]
    spliced = chains({"su": [*before, *inside, *after]})
    included = chains({"su": [*before, "@include x", *after], "x": inside})
    assert spliced == included
