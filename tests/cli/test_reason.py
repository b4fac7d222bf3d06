import pytest

from pamkit.cli.reason import code_word, outcome, reason
from pamkit.policy.chain import Link
from pamkit.policy.control import KEYWORDS, NOTE, SETTLE, Action
from pamkit.semantics.fold import fold_of
from pamkit.semantics.trace import Run, Step
from pamkit.semantics.verdict import OVERRUN, START, Mood, Verdict
from pamkit.vocab.codes import ReturnCode as Code
from pamkit.vocab.facility import Primitive
from pamkit.vocab.span import Span

GRANTED = Verdict(Mood.GRANTED, Code.SUCCESS)
EXPIRED = Verdict(Mood.QUALIFIED, Code.NEW_AUTHTOK_REQD)
DENIED = Verdict(Mood.DENIED, Code.AUTH_ERR)

OK, DONE, BAD, DIE = Action.OK, Action.DONE, Action.BAD, Action.DIE


def link() -> Link:
    """Return a link; where it stands and what it names does not matter here."""
    return Link(0, "pam_x.so", (), KEYWORDS["required"], "required", Span("/etc/pam.d/x", 1))


END = ", and the chain ends here"
NO = Code.AUTH_ERR


@pytest.mark.parametrize(
    ("words", "answer", "action", "before", "after"),
    [
        ("counts as the first yes", Code.SUCCESS, OK, START, GRANTED),
        ("counts as one more yes", Code.SUCCESS, OK, GRANTED, GRANTED),
        ("counts as the first yes" + END, Code.SUCCESS, DONE, START, GRANTED),
        ("counts, and is no plain yes", Code.NEW_AUTHTOK_REQD, OK, START, EXPIRED),
        ("counts, and changes nothing", Code.SUCCESS, OK, EXPIRED, EXPIRED),
        ("an earlier no stands", Code.SUCCESS, OK, DENIED, DENIED),
        ("an earlier no stands", Code.SUCCESS, DONE, DENIED, DENIED),
        ("an earlier no stands" + END, NO, DIE, DENIED, DENIED),
        ("is no yes, and is remembered", NO, NOTE, START, Verdict(Mood.UNDECIDED, NO)),
        ("counts, and makes up for what was no plain yes", Code.SUCCESS, OK, EXPIRED, GRANTED),
        ("counts as the first yes" + END, Code.SUCCESS, SETTLE, START, GRANTED),
        ("an earlier no stands" + END, Code.SUCCESS, SETTLE, DENIED, DENIED),
        ("has no say", Code.IGNORE, Action.IGNORE, START, START),
        ("ignored", NO, Action.IGNORE, GRANTED, GRANTED),
        ("ignored", NO, Action.IGNORE, DENIED, DENIED),
        ("refused, and no later yes can change that", NO, BAD, GRANTED, DENIED),
        ("refused" + END, NO, DIE, START, DENIED),
        ("refused by its control" + END, Code.SUCCESS, DIE, START, OVERRUN),
        ("what was said in this chain is forgotten", Code.SUCCESS, Action.RESET, DENIED, START),
        ("jumps over 1 line", Code.SUCCESS, 1, START, START),
        ("jumps over 2 lines", Code.SUCCESS, 2, GRANTED, GRANTED),
        ("jumps over 9 lines, past the end: refused", Code.SUCCESS, 9, GRANTED, OVERRUN),
    ],
)
def test_a_step_is_put_in_words(
    words: str, answer: Code, action: int, before: Verdict, after: Verdict
) -> None:
    step = Step(link(), answer, answer, action, before, after)
    assert words == reason(step, Primitive.AUTHENTICATE)


@pytest.mark.parametrize(
    ("rules", "primitive", "update", "ends"),
    [
        ("linux", Primitive.SETCRED, None, False),
        ("openpam", Primitive.SETCRED, None, False),
        ("macos", Primitive.SETCRED, None, False),
        ("solaris", Primitive.SETCRED, None, True),
        ("cde", Primitive.SETCRED, None, False),
        ("openpam", Primitive.CLOSE_SESSION, None, True),
        ("linux", Primitive.CHAUTHTOK, False, True),
        ("openpam", Primitive.CHAUTHTOK, False, False),
        ("openpam", Primitive.CHAUTHTOK, True, True),
        ("illumos", Primitive.CHAUTHTOK, False, True),
    ],
)
def test_a_yes_ends_the_chain_only_where_the_family_says_so(
    rules: str, primitive: Primitive, update: bool | None, ends: bool
) -> None:
    step = Step(link(), Code.SUCCESS, Code.SUCCESS, DONE, START, GRANTED)
    fold = fold_of(rules, primitive, update=update)
    assert reason(step, primitive, fold) == "counts as the first yes" + (END if ends else "")


def test_the_end_of_a_substack_is_not_the_end_of_the_chain() -> None:
    step = Step(link(), NO, NO, DIE, START, DENIED, depth=1)
    assert reason(step, Primitive.ACCT_MGMT) == "refused, and the substack ends here"


def test_a_note_comes_first() -> None:
    step = Step(link(), Code.SERVICE_ERR, Code.SERVICE_ERR, DIE, START, DENIED, note="raised X")
    assert reason(step, Primitive.ACCT_MGMT) == "raised X; refused, and the chain ends here"


def test_a_replayed_step_says_which_answer_chose_the_action() -> None:
    step = Step(link(), Code.CRED_ERR, Code.SUCCESS, OK, START, DENIED)
    assert reason(step, Primitive.SETCRED) == "as authenticate had success: refused"


def test_a_link_that_jumps_and_counts_says_so() -> None:
    step = Step(link(), Code.SUCCESS, Code.SUCCESS, 1, START, GRANTED)
    assert reason(step, Primitive.SETCRED) == "jumps over 1 line, and counts"


def run(primitive: Primitive, *steps: Step, code: int, replayed: bool = False) -> Run:
    verdict = steps[-1].after if steps else START
    return Run(primitive, "test", 0, steps, verdict, code, replayed)


IGNORED = Step(link(), Code.IGNORE, Code.IGNORE, 0, START, START)


@pytest.mark.parametrize(
    ("words", "ended"),
    [
        ("the policy has no line for it", run(Primitive.ACCT_MGMT, code=Code.PERM_DENIED)),
        (
            "there is no open_session whose path it could follow",
            run(Primitive.CLOSE_SESSION, code=Code.PERM_DENIED),
        ),
        ("no line said yes", run(Primitive.ACCT_MGMT, IGNORED, code=Code.PERM_DENIED)),
        (
            "every line that counts had nothing to do",
            run(Primitive.SETCRED, IGNORED, code=Code.SUCCESS, replayed=True),
        ),
        (
            "authenticate had been refused",
            run(Primitive.SETCRED, IGNORED, code=Code.PERM_DENIED, replayed=True),
        ),
        (
            "",
            run(
                Primitive.ACCT_MGMT,
                Step(link(), Code.SUCCESS, Code.SUCCESS, OK, START, GRANTED),
                code=Code.SUCCESS,
            ),
        ),
    ],
)
def test_a_run_that_no_link_decided_is_explained(words: str, ended: Run) -> None:
    assert words == outcome(ended)


@pytest.mark.parametrize(
    ("words", "primitive", "code"),
    [
        ("the policy has no line for it", Primitive.CLOSE_SESSION, Code.SYSTEM_ERR),
        ("authenticate had been refused", Primitive.SETCRED, Code.PERM_DENIED),
        (
            "one of its modules is not there, or has no function for it",
            *(Primitive.SETCRED, Code.OPEN_ERR),
        ),
    ],
)
def test_where_nobody_is_asked_another_family_has_reasons_of_its_own(
    words: str, primitive: Primitive, code: Code
) -> None:
    assert words == outcome(run(primitive, code=code), follows=False)


@pytest.mark.parametrize(("word", "code"), [("auth_err", 7), ("99", 99), ("-1", -1)])
def test_a_code_is_a_word_of_a_policy_or_a_number(word: str, code: int) -> None:
    assert word == code_word(code)
