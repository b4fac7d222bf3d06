"""Every real run is a path in the graph that analysis explores."""

from hypothesis import given, settings

from pamkit.semantics.verdict import Verdict
from pamkit.semantics.walk import Cursor, Links, advance, begin
from tests.properties.strategies import CODES, answers, chains

Graph = dict[Cursor, dict[int, Cursor | Verdict]]


def explore(links: Links) -> Graph:
    """Return every place a run can stand, and where each answer leads from it."""
    graph: Graph = {}
    todo: list[Cursor | Verdict] = [begin(links)]
    while todo:
        at = todo.pop()
        if isinstance(at, Cursor) and at not in graph:
            graph[at] = {code: advance(at, code) for code in set(CODES)}
            todo += graph[at].values()
    return graph


@settings(max_examples=100)
@given(chains(), answers)
def test_a_run_is_a_path_in_the_graph(links: Links, said: list[int]) -> None:
    graph = explore(links)
    at = begin(links)
    while isinstance(at, Cursor):
        answer = said[at.link.number]
        assert graph[at][answer] == advance(at, answer)
        at = graph[at][answer]


def test_runs_that_stand_in_the_same_place_are_the_same() -> None:
    from pamkit.policy.control import KEYWORDS
    from tests.properties.strategies import link

    links = tuple(link(n, dict(enumerate(KEYWORDS["required"]))) for n in range(20))
    # 20 links with 8 answers each have more than 10 to the 18th runs.
    assert len(explore(links)) < 200
