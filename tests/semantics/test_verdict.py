from pamkit.semantics.verdict import OVERRUN, START, Mood, Verdict
from pamkit.vocab.codes import ReturnCode


def test_a_chain_starts_with_no() -> None:
    assert Verdict(Mood.UNDECIDED, ReturnCode.PERM_DENIED) == START
    assert Verdict(Mood.DENIED, ReturnCode.PERM_DENIED) == OVERRUN
