"""What of both founding pages holds under `solaris`, as far as that family's pages promise it.

The pages are `pam_sm_setcred`, `pam_setcred`, `pam_open_session` (3PAM) and `pam.conf` of illumos.
The table that names these tests is in `docs/seeds.md`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import pamkit
from pamkit.assembly import registry
from pamkit.formats.utmp import SHORT, UTMP, WTMP, Kind, decode
from pamkit.modules.solaris import pam_unix_cred
from pamkit.modules.solaris.pam_unix_cred import pam_sm_setcred
from pamkit.policy.compile import Compiled, compiled_to_run
from pamkit.policy.dialect import dialect_named
from pamkit.testing.accounts import account
from pamkit.testing.login_files import MemoryLoginFiles
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, error, info
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PamError
from pamkit.vocab.facility import HOOK_NAMES, Primitive
from pamkit.vocab.families import flags_from, flags_to
from pamkit.vocab.flags import CRED_FLAGS, Flag
from pamkit.vocab.item import Item
from tests.family_source import source_of
from tests.hooks import module
from tests.modules.families import answer
from tests.seeds.probe import Probe

_C = ReturnCode
_SOLARIS = dialect_named("solaris")
_ACTIONS = [flag for flag in Flag if flag & CRED_FLAGS]
_SESSION = (Primitive.OPEN_SESSION, Primitive.CLOSE_SESSION)
_CRED_CODES = [_C.CRED_UNAVAIL, _C.CRED_EXPIRED, _C.CRED_ERR, _C.USER_UNKNOWN]
_GENERAL = [
    *(_C.OPEN_ERR, _C.SYMBOL_ERR, _C.SERVICE_ERR, _C.SYSTEM_ERR, _C.BUF_ERR, _C.CONV_ERR),
    *(_C.PERM_DENIED, _C.SESSION_ERR),
]


def trial(policy: str, *probes: Probe, **more: Any) -> Trial:
    """Return a transaction under `solaris` with these lines for its service."""
    source = source_of("solaris", "test", policy)
    known: dict[str, Compiled] = {}  # the policy has not changed when it is read again
    return Trial(
        "",
        *(probe.module for probe in probes),
        dialect=_SOLARIS,
        registry=registry({probe.module.name: probe.module for probe in probes}, _SOLARIS),
        load=lambda name: known.setdefault(name, compiled_to_run(name, source, dialect=_SOLARIS)),
        **more,
    )


def _one(policy: str = "auth required pam_one.so.1\n", **answers: Any) -> tuple[Trial, Probe]:
    one = Probe("pam_one", **answers)
    return trial(policy, one), one


def test_a2_solaris_calls_the_setcred_hook_of_the_module() -> None:
    run, one = _one()
    run.authenticate()
    run.setcred()
    assert one.primitives == [Primitive.AUTHENTICATE, Primitive.SETCRED]


def test_a3_a4_under_solaris_the_application_sees_what_setcred_has_set() -> None:
    run, _ = _one(sets=("TICKET=/run/t",))
    run.authenticate()
    run.setcred(Flag.ESTABLISH_CRED)
    assert run.handle.env == {"TICKET": "/run/t"}


def test_a5_solaris_refuses_setcred_behind_a_refused_authenticate_and_allows_it_alone() -> None:
    run, _ = _one(authenticate=_C.AUTH_ERR)
    assert (run.authenticate(), run.setcred()) == (_C.AUTH_ERR, _C.PERM_DENIED)
    assert _one()[0].setcred() == _C.SUCCESS


def test_a6_solaris_takes_setcred_behind_the_session() -> None:
    both = "auth required pam_one.so.1\nsession required pam_one.so.1\n"
    run, _ = _one(both)
    codes = (run.authenticate(), run.open_session(), run.setcred(), run.setcred(Flag.DELETE_CRED))
    assert set(codes) == {_C.SUCCESS}


@pytest.mark.parametrize("silent", [0, Flag.SILENT], ids=["aloud", "silent"])
@pytest.mark.parametrize("action", _ACTIONS, ids=lambda flag: flag.name.lower())
def test_a7_a10_a11_a12_each_flag_reaches_the_module_of_solaris(action: Flag, silent: int) -> None:
    run, one = _one()
    bits = flags_to("solaris", Primitive.SETCRED, action | silent)
    assert run.setcred(flags_from("solaris", Primitive.SETCRED, bits)) == _C.SUCCESS
    assert one.flags_of(Primitive.SETCRED) == [action | silent]


def test_a7_two_of_the_four_at_once_are_refused_under_solaris() -> None:
    run, one = _one()
    assert run.setcred(Flag.ESTABLISH_CRED | Flag.DELETE_CRED) == _C.SYSTEM_ERR
    assert one.asked == []


def test_a8_b12_with_silent_nothing_is_shown_under_solaris() -> None:
    one = Probe("pam_one", says="Hello.")
    both = "auth required pam_one.so.1\nsession required pam_one.so.1\n"
    with Script(info("Hello."), error("Hello.")) as script:
        run = trial(both, one, conversation=script)
        run.setcred(Flag.ESTABLISH_CRED | Flag.SILENT)
        run.open_session(Flag.SILENT)
        run.close_session(Flag.SILENT)
        assert script.heard == []
        run.setcred(Flag.ESTABLISH_CRED)  # the same module is heard when it may speak


def test_a9_without_a_flag_a_module_of_solaris_establishes() -> None:
    run, one = _one()
    run.setcred()
    assert one.flags_of(Primitive.SETCRED) == [0]  # it is the module that takes it for establishing
    world = memory_world(users=[account("alice")])
    codes = [
        answer(pam_unix_cred, Primitive.SETCRED, flags=flags, world=world)
        for flags in (0, Flag.ESTABLISH_CRED)
    ]
    assert (codes, pam_sm_setcred.__module__) == ([_C.SUCCESS] * 2, pam_unix_cred.__name__)


def test_a13_a14_a15_solaris_judges_setcred_afresh() -> None:
    """`sufficient` ended authenticate; in setcred it ignores, and the walk goes on."""
    one, two = Probe("pam_one", setcred=_C.IGNORE), Probe("pam_two")
    run = trial("auth sufficient pam_one.so.1\nauth required pam_two.so.1\n", one, two)
    assert (run.authenticate(), run.setcred()) == (_C.SUCCESS, _C.SUCCESS)
    assert (one.primitives[-1], two.primitives) == (Primitive.SETCRED, [Primitive.SETCRED])
    three = Probe("pam_one", authenticate=_C.IGNORE, setcred=_C.CRED_ERR)
    run = trial("auth required pam_one.so.1\nauth required pam_two.so.1\n", three, two)
    assert (run.authenticate(), run.setcred()) == (_C.SUCCESS, _C.CRED_ERR)


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("required", _C.CRED_EXPIRED),
        ("requisite", _C.CRED_EXPIRED),
        ("binding", _C.CRED_EXPIRED),
        ("optional", _C.SUCCESS),
        ("sufficient", _C.SUCCESS),
    ],
)
def test_a16_a22_solaris_judges_setcred_by_the_control_word(
    control: str, expected: ReturnCode
) -> None:
    one, two = Probe("pam_one", setcred=_C.CRED_EXPIRED), Probe("pam_two")
    run = trial(f"auth {control} pam_one.so.1\nauth required pam_two.so.1\n", one, two)
    assert (run.authenticate(), run.setcred()) == (_C.SUCCESS, expected)


@pytest.mark.parametrize("code", _CRED_CODES, ids=lambda code: code.name.lower())
def test_a17_a18_a19_a21_the_codes_of_setcred_pass_through_solaris(code: ReturnCode) -> None:
    run, _ = _one(setcred=code)
    run.authenticate()
    assert run.setcred() == code


def test_a20_success_of_every_line_is_success_under_solaris() -> None:
    one, two = Probe("pam_one"), Probe("pam_two")
    run = trial("auth required pam_one.so.1\nauth optional pam_two.so.1\n", one, two)
    assert (run.authenticate(), run.setcred()) == (_C.SUCCESS, _C.SUCCESS)


def test_a23_the_first_required_error_dominates_under_solaris() -> None:
    probes = [Probe("pam_one", setcred=_C.CRED_ERR), Probe("pam_two", setcred=_C.CRED_UNAVAIL)]
    three = Probe("pam_three", setcred=_C.CRED_EXPIRED)
    lines = ("optional pam_one", "required pam_two", "required pam_three")
    run = trial("".join(f"auth {line}.so.1\n" for line in lines), *probes, three)
    run.authenticate()
    assert run.setcred() == _C.CRED_UNAVAIL
    assert three.primitives[-1] is Primitive.SETCRED


def test_b5_b7_open_and_close_tell_every_module_of_solaris_once() -> None:
    one, two = Probe("pam_one"), Probe("pam_two")
    run = trial("session required pam_one.so.1\nsession optional pam_two.so.1\n", one, two)
    assert (run.open_session(), run.close_session()) == (_C.SUCCESS, _C.SUCCESS)
    assert one.primitives == two.primitives == list(_SESSION)


@pytest.mark.parametrize("primitive", _SESSION, ids=lambda primitive: primitive.name.lower())
def test_b11_b13_silent_is_the_only_flag_of_a_session_under_solaris(primitive: Primitive) -> None:
    run, one = _one("session required pam_one.so.1\n")
    given = flags_from("solaris", primitive, 0x80000000)
    assert run.call(primitive, given) == _C.SUCCESS
    codes = {run.call(primitive, flags_from("solaris", primitive, 1 << bit)) for bit in range(31)}
    assert ({_C.SYSTEM_ERR}, [(primitive, Flag.SILENT)]) == (codes, one.asked)


def test_b15_close_needs_nobody_to_talk_to_under_solaris() -> None:
    run, one = _one("session required pam_one.so.1\n", says="Goodbye.")
    assert (run.close_session(), one.primitives) == (_C.SUCCESS, [Primitive.CLOSE_SESSION])


@pytest.mark.parametrize("code", _GENERAL, ids=lambda code: code.name.lower())
def test_b21_b22_b23_the_codes_of_a_session_pass_through_solaris(code: ReturnCode) -> None:
    for primitive in _SESSION:
        policy = "session required pam_one.so.1\n"
        answers: dict[str, Any] = {primitive.name.lower(): code}
        assert _one(policy)[0].call(primitive) == _C.SUCCESS
        assert _one(policy, **answers)[0].call(primitive) == code


def test_b22_codes_of_the_library_of_solaris_have_their_causes() -> None:
    without = Probe("pam_one")
    without.module = without.module.changed(hooks={})
    found = {
        _C.OPEN_ERR: trial("session optional pam_nowhere.so.1\n"),
        _C.SYMBOL_ERR: trial("session optional pam_one.so.1\n", without),
    }
    assert {code: run.open_session() for code, run in found.items()} == {
        _C.OPEN_ERR: _C.OPEN_ERR,
        _C.SYMBOL_ERR: _C.SYMBOL_ERR,
    }
    assert _one("session required pam_one.so.1\n")[0].open_session(0x40) == _C.SYSTEM_ERR


def _transaction(**more: Any) -> pamkit.Transaction:
    lines = "".join(
        f"{facility} required pam_x.so.1\n"
        for facility in ("auth", "account", "session", "password")
    )
    hook = more.pop("hook", lambda _: _C.SUCCESS)
    hooks: Any = {name.removeprefix("pam_sm_"): hook for name in HOOK_NAMES.values()}
    service = more.pop("service", "login")
    given = {"user": "alice", "items": {"tty": "/dev/pts/7"}, **more}
    return pamkit.Transaction(
        service,
        given.pop("user"),
        source=source_of("solaris", service, lines),
        modules={"pam_x": module("x", **hooks)},
        dialect="solaris",
        **{"world": memory_world(users=[account("alice")]), "outside": StandInOutside(), **given},
    )


def test_b10_a_transaction_of_solaris_that_has_ended_refuses_every_call() -> None:
    pam = _transaction()
    pam.end()
    for call in (pam.open_session, pam.close_session, pam.setcred):
        with pytest.raises(PamError, match="has ended"):
            call()


def test_b6_b8_b9_a_transaction_of_solaris_says_which_order_it_was_called_in() -> None:
    pam = _transaction(strict=True)
    with pytest.raises(PamError):
        pam.open_session()
    pam.authenticate()
    pam.acct_mgmt()
    pam.setcred()
    with pam.session():
        pass
    pam.end()


def test_b14_b16_b18_login_opens_and_init_closes_under_solaris(tmp_path: Path) -> None:
    """The handle of the second knows user and terminal, as the record has them, and no more."""
    sessions = str(tmp_path / "sessions.sqlite")
    asked: list[tuple[str, str | None, str | None]] = []

    def hook(call: Any) -> ReturnCode:
        if call.primitive in _SESSION:
            asked.append((call.primitive.name, call.item(Item.USER), call.item(Item.TTY)))
        return _C.SUCCESS

    first = _transaction(sessions=sessions, hook=hook)
    first.authenticate()
    first.acct_mgmt()
    first.setcred()
    first.open_session()
    second = _transaction(sessions=sessions, hook=hook, service="init")
    assert second.items["service"] == "init"
    second.close_session()
    names = [name for name, *_ in asked]
    assert (names, {tuple(rest) for _, *rest in asked}) == (
        ["OPEN_SESSION", "CLOSE_SESSION"],
        {("alice", "/dev/pts/7")},
    )
    with pytest.raises(PamError) as refused:
        pamkit.Transaction.resume(
            user="alice",
            line="pts/7",
            sessions=sessions,
            source=source_of("solaris", "login", "session required pam_x.so.1\n"),
            dialect="solaris",
        )
    assert refused.value.code == _C.SESSION_ERR  # B23: it is not on record any more


def test_b17_b19_b20_open_comes_before_the_record_and_close_behind_its_end_under_solaris() -> None:
    files = MemoryLoginFiles()
    for path in (UTMP, WTMP):
        files.files[path] = bytearray()
    seen: list[tuple[Kind, ...]] = []

    def kinds(path: str) -> tuple[Any, ...]:
        return tuple(each.kind for each in decode(bytes(files.files[path]), SHORT))

    def hook(call: Any) -> ReturnCode:
        if call.primitive in _SESSION:
            seen.append(kinds(UTMP))
        return _C.SUCCESS

    world = memory_world(users=[account("alice")]).changed(login_files=files)
    pam = _transaction(hook=hook, world=world, records="system")
    pam.authenticate()
    pam.acct_mgmt()
    with pam.session():
        assert kinds(WTMP) == (Kind.USER_PROCESS,)
    assert seen == [(), (Kind.DEAD_PROCESS,)]
    assert kinds(WTMP) == (Kind.USER_PROCESS, Kind.DEAD_PROCESS)
