import pytest

from pamkit.policy.chain import Link
from pamkit.policy.control import NOTE, SETTLE, Action
from pamkit.policy.dialect import DIALECTS, FAMILIES, dialect_named, rules_of
from pamkit.semantics.fold import fold_of
from pamkit.semantics.fold_openpam import OPENPAM_CELLS, OPENPAM_ENDINGS
from pamkit.semantics.fold_sun import DEFAULTS, SUN_CELLS, SUN_ENDINGS
from pamkit.semantics.table import CELLS, ENDINGS, LINUX_FOLD, Effect, step
from pamkit.semantics.trace import Step, retrace
from pamkit.semantics.verdict import START, Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.span import Span

SUCCESS, AUTH_ERR, PERM_DENIED = ReturnCode.SUCCESS, ReturnCode.AUTH_ERR, ReturnCode.PERM_DENIED
MUST_CHANGE = ReturnCode.NEW_AUTHTOK_REQD
WALKS = [(primitive, None) for primitive in Primitive] + [(Primitive.CHAUTHTOK, False)]


def links(dialect: str, *words: str) -> tuple[Link, ...]:
    actions = dict(dialect_named(dialect).keywords)
    return tuple(
        Link(number, "pam_probe.so", (), actions[word], word, Span("x", number + 1))
        for number, word in enumerate(words)
    )


def walk(dialect: str, *answers: tuple[str, int], primitive: Primitive) -> list[Cursor | Verdict]:
    """Return where a walk stands behind each answer."""
    at = begin(links(dialect, *(word for word, _ in answers)), fold_of(dialect, primitive))
    stands = []
    for _, answer in answers:
        assert isinstance(at, Cursor)
        at = advance(at, answer)
        stands.append(at)
    return stands


@pytest.mark.parametrize("name", DIALECTS)
def test_linux_has_one_fold_for_everything(name: str) -> None:
    rules = rules_of(dialect_named(name), frozenset({"empty-include"}))
    assert {fold_of(rules, primitive, update=update) for primitive, update in WALKS} == {LINUX_FOLD}


def test_a_chain_without_rules_is_one_of_linux() -> None:
    assert fold_of("", Primitive.SETCRED) is LINUX_FOLD
    assert (LINUX_FOLD.cells, LINUX_FOLD.endings) == (CELLS, ENDINGS)
    assert (LINUX_FOLD.start, LINUX_FOLD.empty) == (START, START)


@pytest.mark.parametrize("name", FAMILIES)
def test_every_dialect_has_a_fold_for_every_walk(name: str) -> None:
    rules = rules_of(dialect_named(name), frozenset())
    folds = [fold_of(rules, primitive, update=update) for primitive, update in WALKS]
    again = [fold_of(rules, primitive, update=update) for primitive, update in WALKS]
    assert LINUX_FOLD not in folds
    assert folds == again  # each is made once: a walk can be kept by it


def test_nobody_folds_for_a_family_that_is_unknown() -> None:
    with pytest.raises(ValueError, match="`ultrix`"):
        fold_of("ultrix with", Primitive.SETCRED)


@pytest.mark.parametrize("name", [*DIALECTS, *FAMILIES])
def test_a_chain_in_which_nobody_is_asked_is_never_a_yes(name: str) -> None:
    for primitive, update in WALKS:
        verdict = begin((), fold_of(name, primitive, update=update))
        assert isinstance(verdict, Verdict)
        assert verdict.mood in (Mood.UNDECIDED, Mood.DENIED)
        assert verdict.code not in (SUCCESS, ReturnCode.IGNORE, MUST_CHANGE)


@pytest.mark.parametrize("name", [*DIALECTS, *FAMILIES])
def test_without_a_success_only_macos_says_yes(name: str) -> None:
    for primitive, update in WALKS:
        fold = fold_of(name, primitive, update=update)
        granting = (fold.start.mood is Mood.GRANTED) or any(
            step(before, action, answer, fold.start, fold=fold)[0].mood is Mood.GRANTED
            for action in fold.cells
            for answer in range(1, 32)
            for before in (fold.start, Verdict(Mood.QUALIFIED, 12), Verdict(Mood.DENIED, 7))
        )
        assert granting == (name == "macos")


@pytest.mark.parametrize("name", [*DIALECTS, *FAMILIES])
def test_what_is_denied_stays_denied_in_every_family(name: str) -> None:
    denied = Verdict(Mood.DENIED, AUTH_ERR)
    for primitive, update in WALKS:
        fold = fold_of(name, primitive, update=update)
        for action in fold.cells:
            after, ends = step(denied, action, SUCCESS, denied, fold=fold)
            assert after == denied
            assert ends == (action in (Action.DIE, SETTLE))


@pytest.mark.parametrize(
    ("cells", "endings"), [(OPENPAM_CELLS, OPENPAM_ENDINGS), (SUN_CELLS, SUN_ENDINGS)]
)
def test_a_table_is_complete_and_has_no_reset(
    cells: dict[int, tuple[Effect, ...]], endings: dict[int, object]
) -> None:
    assert set(cells) == set(endings)
    assert {len(effects) for effects in cells.values()} == {len(Mood)}
    assert Action.RESET not in cells


def test_an_action_of_another_family_is_a_mistake_and_no_verdict() -> None:
    first = begin(links("openpam", "optional"))
    assert isinstance(first, Cursor)
    with pytest.raises(KeyError):
        advance(first, AUTH_ERR)


@pytest.mark.parametrize("primitive", list(Primitive))
def test_where_nobody_counts_sun_has_an_error_for_each_primitive(primitive: Primitive) -> None:
    (end,) = walk("solaris", ("required", ReturnCode.IGNORE), primitive=primitive)
    assert end == Verdict(Mood.UNDECIDED, DEFAULTS[primitive])


def test_the_verdict_on_the_way_is_what_it_would_be_if_the_chain_ended_there() -> None:
    said = (("optional", AUTH_ERR), ("optional", PERM_DENIED), ("required", SUCCESS))
    sun = walk("illumos", *said, primitive=Primitive.ACCT_MGMT)
    bsd = walk("openpam", *said, primitive=Primitive.ACCT_MGMT)
    undecided = Mood.UNDECIDED
    assert [_verdict(each) for each in sun] == [
        Verdict(undecided, AUTH_ERR),
        Verdict(undecided, AUTH_ERR),
        Verdict(Mood.GRANTED, SUCCESS),
    ]
    assert [_verdict(each) for each in bsd] == [
        Verdict(undecided, ReturnCode.SYSTEM_ERR),
        Verdict(undecided, ReturnCode.SYSTEM_ERR),
        Verdict(Mood.GRANTED, SUCCESS),
    ]


def test_a_cursor_carries_the_first_error_that_was_noted() -> None:
    said = (("optional", AUTH_ERR), ("optional", PERM_DENIED), ("required", SUCCESS))
    stands = walk("openpam", *said, ("required", SUCCESS), primitive=Primitive.ACCT_MGMT)
    assert [each.noted for each in stands if isinstance(each, Cursor)] == [AUTH_ERR] * 3


def test_what_nobody_will_ask_for_is_not_noted() -> None:
    said = (("required", SUCCESS), ("optional", AUTH_ERR), ("required", SUCCESS))
    stands = walk("illumos", *said, primitive=Primitive.ACCT_MGMT)
    assert [each.noted for each in stands if isinstance(each, Cursor)] == [None, None]


def test_must_change_that_is_noted_is_a_yes_that_is_qualified() -> None:
    said = (("optional", MUST_CHANGE), ("required", SUCCESS))
    bsd = walk("openpam", *said, primitive=Primitive.ACCT_MGMT)
    sun = walk("illumos", *said, primitive=Primitive.ACCT_MGMT)
    assert _verdict(bsd[0]) == _verdict(sun[0]) == Verdict(Mood.QUALIFIED, MUST_CHANGE)
    assert bsd[1] == Verdict(Mood.QUALIFIED, MUST_CHANGE)
    assert sun[1] == Verdict(Mood.GRANTED, SUCCESS)


@pytest.mark.parametrize("answer", [-1, 32, 99, 2033])
@pytest.mark.parametrize("name", FAMILIES)
def test_a_number_that_is_no_code_refuses_in_every_family(name: str, answer: int) -> None:
    said = (("optional", answer), ("required", SUCCESS))
    (_, end) = walk(name, *said, primitive=Primitive.AUTHENTICATE)
    assert end == Verdict(Mood.DENIED, PERM_DENIED)


def test_a_path_is_retraced_by_the_fold_that_it_was_made_with() -> None:
    chain = links("openpam", "sufficient", "required")
    setcred = fold_of("openpam", Primitive.SETCRED)
    assert retrace(chain, ((0, SUCCESS), (1, AUTH_ERR)), setcred).code == AUTH_ERR
    with pytest.raises(ValueError, match="does not belong"):
        retrace(chain, ((0, SUCCESS), (1, AUTH_ERR)), fold_of("openpam", Primitive.AUTHENTICATE))


def test_a_link_that_settles_says_yes() -> None:
    (link,) = links("solaris", "definitive")
    yes = Verdict(Mood.GRANTED, SUCCESS)
    start = fold_of("solaris", Primitive.AUTHENTICATE).start
    assert Step(link, SUCCESS, SUCCESS, SETTLE, start, yes).grants
    assert not Step(link, AUTH_ERR, AUTH_ERR, NOTE, start, start).grants


def _verdict(at: Cursor | Verdict) -> Verdict:
    return at if isinstance(at, Verdict) else at.verdict


def test_only_illumos_grants_without_lines_and_only_under_its_quirk() -> None:
    for name in FAMILIES:
        dialect = dialect_named(name)
        for quirks in (frozenset[str](), frozenset({"empty-facility"})):
            for primitive in Primitive:
                empty = fold_of(rules_of(dialect, quirks), primitive).empty
                grants = name == "illumos" and bool(quirks)
                assert (empty.mood is Mood.GRANTED) is grants
