import pytest

from pamkit.module.facts import NEVER_PROMPTS, Fact
from pamkit.module.options import Options, flag


class Sample(Options):
    """Two flags."""

    trust: bool = flag("trust")
    deny: bool = flag("deny")


def test_a_fact_holds_whatever_the_options() -> None:
    assert NEVER_PROMPTS.holds(Sample())


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        (True, Sample(trust=True)),
        (False, Sample(trust=True, deny=True)),
        (False, Sample()),
    ],
)
def test_a_fact_with_conditions_holds_only_under_them(expected: bool, options: Sample) -> None:
    assert NEVER_PROMPTS.when(trust=True, deny=False).holds(options) == expected


def test_conditions_make_another_fact_of_the_same_name() -> None:
    fact = NEVER_PROMPTS.when(trust=True)
    assert (fact.name, fact.phrase) == (NEVER_PROMPTS.name, NEVER_PROMPTS.phrase)
    assert fact != NEVER_PROMPTS
    assert fact == Fact(NEVER_PROMPTS.name, NEVER_PROMPTS.phrase, (("trust", True),))
