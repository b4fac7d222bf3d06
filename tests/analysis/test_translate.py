from __future__ import annotations

import pytest

from pamkit.analysis import translate, translate_jumps, translate_runs, translate_search
from pamkit.analysis.translate import Translated, translated
from pamkit.analysis.translate_answers import answers_of
from pamkit.analysis.translate_names import added_name, named
from pamkit.analysis.translate_runs import Kind, told
from pamkit.analysis.translate_text import text_of
from pamkit.module.declaration import Declaration, declare
from pamkit.module.facts import ALWAYS_SUCCEEDS
from pamkit.policy.chain import Chain
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import dialect_named
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.semantics.verdict import START
from pamkit.semantics.walk import Cursor
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def chain(dialect: str, facility: Facility, *lines: str, **files: str) -> Chain:
    """Return the chain of a service `svc` with these lines, without the facility."""
    word = facility.name.lower()
    if dialect in ("solaris", "illumos", "cde"):
        text = "".join(f"svc {word} {line}\n" for line in lines)
        known = {"/etc/pam.conf": text or "svc auth required pam_x.so.1\n"}
    else:
        text = "".join(f"{word} {line}\n" for line in lines)
        known = {"/etc/pam.d/svc": text}
        if dialect == "openpam":
            rest = (each.name.lower() for each in Facility if each is not facility)
            known["/etc/pam.d/svc"] += "".join(f"{each} required pam_deny\n" for each in rest)
    known |= {f"/etc/pam.d/{name}": text for name, text in files.items()}
    policy = resolve("svc", MemorySource(known), dialect=dialect_named(dialect))
    return compile_policy(policy)[facility]


Answers = dict[Primitive, str]


def knowing(
    case: tuple[str, str, Facility, *tuple[str, ...]],
    here: dict[str, Answers],
    there: dict[str, Answers] | None = None,
    *,
    every_call: bool = False,
) -> Translated:
    """Translate a chain whose modules are known; without ``there`` only in its own family."""
    source, target, facility, *lines = case
    old, new = dialect_named(source), dialect_named(target)
    made = chain(source, facility, *lines)
    known = answers_of(made, old, new, stating(here), stating(there or {}))
    return translated(made, old, new, answers=known, every_call=every_call)


def stating(answers: dict[str, Answers]) -> Callable[[str], Declaration | None]:
    found = {name: declare(name, answers=said, examples=()) for name, said in answers.items()}
    return lambda written: found.get(written.partition(".")[0])


def asked(words: str, *primitives: Primitive) -> Answers:
    return dict.fromkeys(primitives or tuple(Primitive), words)


def to(
    source: str,
    target: str,
    facility: Facility,
    *lines: str,
    with_codes: bool = False,
    every_call: bool = False,
) -> Translated:
    made = chain(source, facility, *lines)
    return translated(
        made,
        dialect_named(source),
        dialect_named(target),
        with_codes=with_codes,
        every_call=every_call,
    )


def controls(found: Translated) -> list[str]:
    assert found.lines is not None, found
    return [line.control for line in found.lines]


CASES = [
    (
        ("solaris", "linux", Facility.AUTH, "required pam_a.so.1"),
        ["[success=ok try_again=die ignore=ignore default=bad]"],
    ),
    (
        ("solaris", "debian", Facility.AUTH, "sufficient pam_a.so.1", "definitive pam_b.so.1"),
        ["[success=done try_again=die default=ignore]", "[success=done ignore=ignore default=die]"],
    ),
    (("solaris", "illumos", Facility.AUTH, "definitive pam_a.so.1"), ["binding"]),
    (
        (
            "linux",
            "debian",
            Facility.AUTH,
            "[success=1 default=ignore] pam_a.so",
            "requisite pam_b.so",
        ),
        ["[success=1 default=ignore]", "requisite"],
    ),
    (
        ("linux", "openpam", Facility.AUTH, "required pam_a.so", "sufficient pam_b.so"),
        ["required", "sufficient"],
    ),
    (("openpam", "netbsd", Facility.PASSWORD, "binding pam_a.so"), ["binding"]),
]


@pytest.mark.parametrize(("case", "expected"), CASES)
def test_controls_are_those_that_do_the_same(
    case: tuple[str, str, Facility, str], expected: list[str]
) -> None:
    assert expected == controls(to(*case))


def test_what_macos_passes_gets_a_line_that_says_yes() -> None:
    found = to("macos", "linux", Facility.ACCOUNT, "optional pam_a.so")
    assert found.lines is not None
    assert "+permit" in [line.module for line in found.lines]


def test_a_facility_without_lines_is_refused_in_so_many_words() -> None:
    found = to("linux", "openpam", Facility.AUTH)
    assert found.lines is not None
    assert [(line.control, line.module) for line in found.lines] == [("required", "+deny")]


def test_a_line_that_is_wrong_is_named() -> None:
    found = to("linux", "solaris", Facility.AUTH, "required")
    assert found.lines is None
    assert "line 1 is wrong" in found.why


def test_what_cannot_be_kept_is_refused_with_a_run() -> None:
    found = to("solaris", "openpam", Facility.AUTH, "optional pam_a.so.1", "required pam_b.so.1")
    assert found.lines is None
    assert found.witness is not None
    assert found.witness.parting.kind is Kind.LOOSER


def test_codes_and_every_call_can_be_insisted_on() -> None:
    case = ("solaris", "linux", Facility.AUTH, "required pam_a.so.1")
    assert {note.kind for note in to(*case).notes} >= {Kind.CODE, Kind.LOOSER}
    jumps = to(*case, with_codes=True)
    assert not [note for note in jumps.notes if note.kind is Kind.CODE and not note.before]
    codes = to("linux", "solaris", *case[2:], with_codes=True).witness
    assert codes is not None
    assert codes.parting.kind is Kind.CODE
    calls = to(*case, every_call=True).witness
    assert calls is not None
    assert calls.parting.which.words == "setcred"
    assert calls.parting.before == ((0, 0),)


def test_a_check_that_was_all_of_a_change_is_no_change_elsewhere() -> None:
    found = to("cde", "linux", Facility.PASSWORD, "sufficient pam_a.so.1")
    assert found.witness is not None
    assert found.witness.parting.kind is Kind.NO_UPDATE


def test_substacks_become_jumps() -> None:
    made = chain(
        "linux",
        Facility.AUTH,
        "substack in",
        "required pam_c.so",
        **{"in": "auth sufficient pam_a.so\nauth required pam_b.so\n"},
    )
    found = translated(made, dialect_named("linux"), dialect_named("debian"))
    assert found.lines is not None
    assert [line.module for line in found.lines][-2:] == ["+deny", "+permit"]
    assert not [each for each in found.notes if each.which.words != "setcred" and each.kind < 3]


def test_what_is_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"in": "auth sufficient pam_a.so\nauth required pam_b.so\n"}
    nested = chain("linux", Facility.AUTH, "substack in", "required pam_c.so", **files)
    ways = (dialect_named("linux"), dialect_named("debian"))
    monkeypatch.setattr(translate_jumps, "MOST", 1)
    assert translated(nested, *ways).lines is None
    monkeypatch.setattr(translate_search, "MOST", 0)
    plain = to("linux", "openpam", Facility.AUTH, "required pam_a.so")
    assert controls(plain) == ["required"], "the nearest lines are tried all the same"
    monkeypatch.setattr(translate_runs, "MOST_PATHS", 0)
    case = ("linux", "debian", Facility.AUTH, "required pam_a.so")
    assert to(*case).lines is not None
    assert "too many runs of setcred" in to(*case, every_call=True).why
    monkeypatch.setattr(translate_runs, "MOST", 1)
    assert to(*case).why == "there are too many runs to look at"


def test_a_run_that_is_not_over_tells_nothing() -> None:
    with pytest.raises(TypeError):
        told(Cursor((), START))


NAMES = [
    ("pam_unix.so", "linux", "solaris", Facility.ACCOUNT, "pam_unix_account.so.1"),
    ("pam_unix_auth.so.1", "solaris", "linux", Facility.AUTH, "pam_unix.so"),
    ("pam_unix_auth.so.1", "solaris", "macos", Facility.AUTH, "pam_opendirectory.so"),
    ("/usr/lib/security/$ISA/pam_allow.so.1", "solaris", "linux", Facility.AUTH, "pam_permit.so"),
    ("pam_permit.so", "linux", "cde", Facility.AUTH, "pam_allow.so.1"),
    ("pam_ldap.so", "linux", "solaris", Facility.AUTH, "pam_ldap.so.1"),
    ("pam_login_access.so", "openpam", "linux", Facility.ACCOUNT, "pam_access.so"),
    ("pam_access.so", "linux", "openpam", Facility.ACCOUNT, "pam_login_access.so"),
    ("pam_deny", "openpam", "linux", Facility.AUTH, "pam_deny.so"),
    ("pam_unix.so", "linux", "cde", Facility.ACCOUNT, "pam_unix.so.1"),
    ("pam_unix_account.so.1", "solaris", "cde", Facility.ACCOUNT, "pam_unix.so.1"),
    ("pam_unix.so.1", "cde", "linux", Facility.SESSION, "pam_unix.so"),
    ("pam_x.so", "linux", "debian", Facility.AUTH, "pam_x.so"),
]


DIFFERENT = ("pam_access.so", "pam_login_access.so", "pam_unix_auth.so.1", "pam_allow.so.1")
"""What is said of these is tested below."""


@pytest.mark.parametrize(("written", "source", "target", "facility", "expected"), NAMES)
def test_a_module_is_called_what_it_is_called_there(
    written: str, source: str, target: str, facility: Facility, expected: str
) -> None:
    found = named(written, facility, dialect_named(source), dialect_named(target))
    assert (expected, expected in DIFFERENT) == (found.written, bool(found.note))


def test_what_is_nearly_the_same_module_says_what_is_not() -> None:
    linux, openpam = dialect_named("linux"), dialect_named("openpam")
    found = named("pam_login_access.so", Facility.ACCOUNT, openpam, linux)
    assert found.note.startswith("reads /etc/security/access.conf ")


@pytest.mark.parametrize("written", ["pam_group.so", "pam_tally.so", "mine.so"])
def test_a_module_without_a_counterpart_is_noted(written: str) -> None:
    found = named(written, Facility.AUTH, dialect_named("linux"), dialect_named("openpam"))
    assert (written, True) == (found.written, bool(found.note))


def test_added_modules_have_the_names_of_the_family() -> None:
    assert added_name("+permit", dialect_named("solaris")) == "pam_allow.so.1"
    assert added_name("+permit", dialect_named("linux")) == "pam_permit.so"
    assert added_name("+deny", dialect_named("cde")) == "pam_deny.so.1"
    assert added_name("+deny", dialect_named("macos")) == "pam_deny.so"


TEXTS = [
    ("linux", "openpam", "[a b] c#d", "auth required pam_x.so 'a b' 'c#d'"),
    (
        "openpam",
        "linux",
        "'a b' debug",
        "auth [success=ok ignore=ignore default=bad] pam_x.so [a b] debug",
    ),
    ("linux", "solaris", "[a b]", ""),
    ("openpam", "linux", "'a#b'", ""),
    ("linux", "solaris", "x" * 250, ""),
    ("linux", "debian", "plain", "auth required pam_x.so plain"),
]


@pytest.mark.parametrize(("source", "target", "args", "expected"), TEXTS)
def test_arguments_are_written_as_the_family_reads_them_or_not_at_all(
    source: str, target: str, args: str, expected: str
) -> None:
    if "#" in args and source == "linux":
        args = args.replace("c#d", "cd")
        expected = expected.replace("'c#d'", "cd")
    found = to(source, target, Facility.AUTH, f"required pam_x.so {args}")
    assert found.lines is not None
    text = text_of(found.lines, Facility.AUTH, dialect_named(source), dialect_named(target))
    assert expected == "".join(text.lines)
    assert bool(text.unwritable) is not bool(expected)


def test_a_line_of_a_pam_conf_has_its_service() -> None:
    found = to("linux", "solaris", Facility.SESSION, "required pam_unix.so")
    assert found.lines is not None
    made = text_of(
        found.lines,
        Facility.SESSION,
        dialect_named("linux"),
        dialect_named("solaris"),
        service="svc",
    )
    assert made.lines == ("svc session required pam_unix_session.so.1",)


def test_modules_and_options_that_nobody_knows_there_are_noted() -> None:
    found = to("linux", "solaris", Facility.AUTH, "required pam_tally.so deny=3 debug")
    assert found.lines is not None
    text = text_of(found.lines, Facility.AUTH, dialect_named("linux"), dialect_named("solaris"))
    assert text.notes == (
        "pam_tally.so.1: is not known there: look for what does the same",
        "pam_tally.so.1: the option `deny=3` stays as it is",
    )


def test_both_passes_of_a_change_have_names() -> None:
    words = [each.words for each in translate_runs.PASSES[Facility.PASSWORD]]
    assert words == ["the check of chauthtok", "chauthtok"]


def test_a_line_that_was_added_is_written_with_the_name_it_has_there() -> None:
    found = to("solaris", "linux", Facility.SESSION)
    assert found.lines is not None
    text = text_of(found.lines, Facility.SESSION, dialect_named("solaris"), dialect_named("linux"))
    assert text.lines == ("session required pam_deny.so",)


STACK = ("linux", "solaris", Facility.AUTH, "sufficient pam_ldap.so", "required pam_x.so")
AUTH = Primitive.AUTHENTICATE


def test_what_modules_never_answer_keeps_nothing_from_being_translated() -> None:
    assert to(*STACK).lines is None
    known = {"pam_ldap": asked("success auth_err"), "pam_x": asked("success auth_err")}
    found = knowing(STACK, known)
    assert controls(found) == ["sufficient", "required"]
    (rest,) = found.rests
    assert (rest.number, rest.primitive) == (0, AUTH)
    assert {ReturnCode.NEW_AUTHTOK_REQD, ReturnCode.TRY_AGAIN} == rest.never


def test_what_holds_whatever_is_answered_rests_on_nothing() -> None:
    case = ("linux", "openpam", Facility.AUTH, "required pam_a.so")
    assert knowing(case, {"pam_a": asked("success")}).rests == ()


def test_the_module_that_stands_for_another_has_answers_of_its_own() -> None:
    known = {"pam_ldap": asked("success auth_err"), "pam_x": asked("success auth_err")}
    found = knowing(STACK, known, {"pam_ldap": asked("success try_again")})
    assert found.witness is not None
    assert (0, ReturnCode.TRY_AGAIN) in found.witness.parting.answers


def test_a_module_of_another_name_that_nobody_knows_may_answer_anything() -> None:
    case = ("linux", "solaris", Facility.AUTH, "sufficient pam_unix.so", "required pam_x.so")
    assert knowing(case, {"pam_unix": asked("success auth_err")}).lines is None


def test_a_module_that_has_no_function_there_is_no_counterpart() -> None:
    here, there = {"pam_ldap": asked("success")}, {"pam_ldap": asked("success", Primitive.SETCRED)}
    why = "`pam_ldap.so.1` of solaris has no function for authenticate"
    assert why == knowing(STACK, here, there).why
    assert why == knowing(STACK, {}, there).why, "it has none, whatever the other one has"


def test_a_module_that_has_no_function_for_what_follows_is_noted() -> None:
    case = ("linux", "openpam", Facility.AUTH, "required pam_a.so")
    here, there = {"pam_a": asked("success")}, {"pam_a": asked("success", AUTH)}
    assert knowing(case, here, there).lacking == ((0, Primitive.SETCRED),)
    why = knowing(case, here, there, every_call=True).why
    assert why == "`pam_a.so` of openpam has no function for setcred"


DEBIAN = (
    "debian",
    "openpam",
    Facility.AUTH,
    "[success=1 default=ignore] pam_a.so",
    "requisite pam_deny.so",
    "required pam_b.so",
)


def test_a_line_that_does_nothing_but_say_no_may_go() -> None:
    assert to(*DEBIAN).lines is None
    known = {name: asked("success auth_err") for name in ("pam_a", "pam_b")}
    found = knowing(DEBIAN, known | {"pam_deny": asked("auth_err")})
    assert found.lines is not None
    assert [line.module for line in found.lines] == ["pam_a.so", "pam_b.so"]
    assert controls(found) == ["required", "required"]
    assert {rest.number for rest in found.rests} == {0, 1, 2}
    noted = [note for note in found.notes if note.kind is Kind.ASKED and not note.before]
    assert [note.answers[-1][0] for note in noted] == [1], "of pam_b, not of pam_deny"


def test_no_line_that_might_be_passed_over_keeps_anybody_out() -> None:
    """A module that CDE does not find says nothing there; one that only says no was never there."""
    case = ("debian", "cde", *DEBIAN[2:])
    known = {name: asked("success auth_err") for name in ("pam_a", "pam_b")}
    found = knowing(case, known | {"pam_deny": asked("auth_err")})
    assert found.lines is not None
    assert [line.module for line in found.lines] == ["pam_a.so", "pam_b.so"]
    macos = ("macos", "cde", Facility.ACCOUNT, "optional pam_a.so")
    assert to(*macos).lines is None, "no line is added"


def test_a_line_that_may_say_something_else_stays() -> None:
    known = {"pam_a": asked("success auth_err"), "pam_deny": asked("auth_err success")}
    assert knowing(DEBIAN, known).lines is None


def test_a_chain_of_nothing_but_lines_that_may_go_is_not_empty() -> None:
    case = ("linux", "openpam", Facility.SESSION, "required pam_permit.so")
    found = knowing(case, {"pam_permit": asked("success")}, {"pam_permit": asked("success")})
    assert found.lines


def test_too_much_of_what_follows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(translate_runs, "MOST_PATHS", 0)
    found = to("linux", "debian", Facility.AUTH, "required pam_a.so")
    assert found.unsaid == (translate_runs.FOLLOWING[Facility.AUTH],)


def test_what_is_proved_stays_where_the_rest_is_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(*_: object) -> None:
        raise translate_runs.TooMany

    monkeypatch.setattr(translate, "partings", too_many)
    found = to("linux", "openpam", Facility.ACCOUNT, "required pam_a.so")
    assert controls(found) == ["required"]
    assert found.unsaid == translate_runs.PASSES[Facility.ACCOUNT]


def test_sessions_of_macos_have_no_module_of_their_own() -> None:
    ways = (dialect_named("linux"), dialect_named("macos"))
    found = named("pam_unix.so", Facility.SESSION, *ways)
    assert (found.written, bool(found.note)) == ("pam_permit.so", True)


def test_lines_that_say_that_a_password_must_be_changed_are_better() -> None:
    """Without what is known, macOS is asked so that it never says it."""
    case = ("linux", "macos", Facility.ACCOUNT, "required pam_a.so")
    assert controls(to(*case)) == ["sufficient", "required"]
    assert to(*case).loses_change
    known = {"pam_a": asked("success new_authtok_reqd auth_err")}
    found = knowing(case, known)
    assert (controls(found), found.loses_change) == (["required"], False)
    assert [rest.never for rest in found.rests] == [frozenset({ReturnCode.IGNORE})]
    loses = knowing(("linux", "macos", Facility.ACCOUNT, "required pam_b.so"), known)
    assert loses.loses_change, "nothing is known of pam_b"


def test_a_fact_says_more_than_the_codes() -> None:
    made = chain("linux", Facility.AUTH, "required pam_permit.so")
    ways = (dialect_named("linux"), dialect_named("openpam"))
    yes = declare(
        "pam_permit", answers=asked("success conv_err"), facts=[ALWAYS_SUCCEEDS], examples=()
    )
    known = answers_of(made, *ways, lambda _: yes, lambda _: yes)
    assert known.may(0, AUTH) == frozenset({ReturnCode.SUCCESS})
