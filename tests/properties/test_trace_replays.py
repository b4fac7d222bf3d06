"""Replaying a trace gives its verdict."""

from hypothesis import given, settings

from pamkit.semantics.walk import Cursor, Links, advance, begin
from pamkit.vocab.facility import Facility, Primitive
from tests.properties.probe import same, trial
from tests.properties.strategies import answers, chains


@settings(max_examples=150)
@given(chains(), answers)
def test_the_steps_of_a_run_lead_to_its_verdict(links: Links, said: list[int]) -> None:
    started = trial(links, {Primitive.AUTHENTICATE: said})
    chain = started.core.chains[Facility.AUTH]
    assert same(chain.links, links)
    code = started.authenticate()
    (run,) = started.core.runs
    at = begin(chain.links)
    for step in run.steps:
        assert isinstance(at, Cursor)
        assert (at.link, at.verdict, len(at.frames) - 1) == (step.link, step.before, step.depth)
        at = advance(at, step.answer)
    assert at == run.verdict
    assert (run.verdict.code, run.code) == (code, code)
    if run.deciding is not None:
        assert run.deciding.after == run.verdict
    assert all(said[link.number] == 0 for link in run.grantors)
    assert bool(run.grantors) == (code == 0)
