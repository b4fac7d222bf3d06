"""Adding a link that answers ignore under `ignore` changes nothing, if no jump crosses it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.policy.control import KEYWORDS
from pamkit.semantics.walk import Links
from tests.properties.strategies import IGNORE, answers, link, plain_chains, walked

_NEW = 60


@settings(max_examples=300)
@given(plain_chains(min_size=0), answers, st.integers(0, 6), st.sampled_from(sorted(KEYWORDS)))
def test_an_ignored_link_changes_nothing(
    links: Links, said: list[int], where: int, keyword: str
) -> None:
    extra = link(_NEW, dict(enumerate(KEYWORDS[keyword])))
    said[_NEW] = IGNORE
    verdict, path = walked(links, said)
    longer, longer_path = walked((*links[:where], extra, *links[where:]), said)
    assert verdict == longer
    assert path == tuple(asked for asked in longer_path if asked[0] != _NEW)
