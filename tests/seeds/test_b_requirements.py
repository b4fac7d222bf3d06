"""What the page of `pam_open_session` asks for, as far as it can be shown in one process.

The sentences, in our words and with their numbers, are in `docs/seeds.md`.
"""

from __future__ import annotations

import pytest

from pamkit.modules import pam_debug, pam_localuser, pam_permit
from pamkit.policy.source import MemorySource
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, error, info
from pamkit.testing.world import memory_world
from pamkit.transaction import Transaction
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PamError
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.seeds.probe import Probe

_SESSION = (Primitive.OPEN_SESSION, Primitive.CLOSE_SESSION)
_OTHER_BITS = [1 << bit for bit in range(31) if not 1 << bit & Flag.SILENT]
_GENERAL = [
    ReturnCode.OPEN_ERR,
    ReturnCode.SYMBOL_ERR,
    ReturnCode.SERVICE_ERR,
    ReturnCode.SYSTEM_ERR,
    ReturnCode.BUF_ERR,
    ReturnCode.CONV_ERR,
    ReturnCode.PERM_DENIED,
]


def trial(policy: str, *probes: Probe, conversation: Script | None = None) -> Trial:
    return Trial(policy, *(probe.module for probe in probes), conversation=conversation)


def test_b5_open_and_close_run_the_hooks_of_that_name() -> None:
    one = Probe("pam_one")
    run = trial("session required pam_one.so\n", one)
    assert (run.open_session(), run.close_session()) == (ReturnCode.SUCCESS, ReturnCode.SUCCESS)
    assert one.primitives == list(_SESSION)


def test_b6_a_session_does_not_ask_whether_somebody_was_authenticated() -> None:
    run = trial("session required pam_one.so\n", Probe("pam_one"))
    assert run.open_session() == ReturnCode.SUCCESS


def test_b7_every_entry_that_is_reached_is_told_once() -> None:
    probes = [Probe(f"pam_{name}") for name in ("one", "two", "three")]
    policy = """\
session optional pam_one.so
session [success=1 default=ignore] pam_two.so
session required pam_nowhere.so
session substack inner
"""
    modules = [probe.module for probe in probes]
    run = Trial({"test": policy, "inner": "session required pam_three.so\n"}, *modules)
    assert run.open_session() == ReturnCode.SUCCESS
    assert [probe.primitives for probe in probes] == [[Primitive.OPEN_SESSION]] * 3


def test_b10_a_transaction_that_has_ended_refuses_every_call() -> None:
    one = Probe("pam_one")
    transaction = Transaction(
        "test",
        "alice",
        source=MemorySource({"/etc/pam.d/test": "session required pam_one.so\n"}),
        modules={"pam_one": one.module},
        world=memory_world(),
        outside=StandInOutside(),
        dialect="linux",
    )
    transaction.end()
    for call in (transaction.open_session, transaction.close_session, transaction.setcred):
        with pytest.raises(PamError, match="has ended"):
            call()
    assert one.asked == []


@pytest.mark.parametrize("primitive", _SESSION, ids=lambda primitive: primitive.name.lower())
def test_b11_silent_reaches_the_modules(primitive: Primitive) -> None:
    one = Probe("pam_one")
    run = trial("session required pam_one.so\n", one)
    run.open_session()
    assert run.call(primitive, Flag.SILENT) == ReturnCode.SUCCESS
    assert one.flags_of(primitive)[-1] == Flag.SILENT


def test_b12_with_silent_the_session_shows_nothing() -> None:
    with Script(info("Hello."), error("Hello.")) as script:
        one = Probe("pam_one", says="Hello.")
        run = trial("session required pam_one.so\n", one, conversation=script)
        run.open_session(Flag.SILENT)
        run.close_session(Flag.SILENT)
        assert script.heard == []
        run.open_session()  # the same module is heard when it may speak


@pytest.mark.parametrize("primitive", _SESSION, ids=lambda primitive: primitive.name.lower())
def test_b13_every_other_bit_is_refused_and_no_module_is_asked(primitive: Primitive) -> None:
    one = Probe("pam_one")
    run = trial("session required pam_one.so\n", one)
    codes = {run.call(primitive, bits | silent) for bits in _OTHER_BITS for silent in (0, 0x8000)}
    assert ({ReturnCode.SYSTEM_ERR}, []) == (codes, one.asked)


def test_b13_the_quirk_passes_other_bits_on() -> None:
    one = Probe("pam_one")
    run = Trial("session required pam_one.so\n", one.module, quirks=frozenset({"flags-unchecked"}))
    assert run.open_session(0x40) == ReturnCode.SUCCESS
    assert one.asked == [(Primitive.OPEN_SESSION, 0x40)]


def test_b14_close_without_an_open_on_this_handle_walks_the_chain_afresh() -> None:
    one = Probe("pam_one")
    run = trial("session required pam_one.so\n", one)
    assert run.close_session() == ReturnCode.SUCCESS
    assert one.primitives == [Primitive.CLOSE_SESSION]


def test_b15_close_works_with_nobody_to_talk_to() -> None:
    one = Probe("pam_one", says="Goodbye.")
    assert trial("session required pam_one.so\n", one).close_session() == ReturnCode.SUCCESS


def test_b18_a_module_sees_user_and_terminal_through_the_handle() -> None:
    one = Probe("pam_one")
    run = Trial("session required pam_one.so\n", one.module, items={Item.TTY: "pts/3"})
    assert run.close_session() == ReturnCode.SUCCESS
    assert one.met == [("alice", "pts/3")]


@pytest.mark.parametrize("primitive", _SESSION, ids=lambda primitive: primitive.name.lower())
def test_b21_success_is_success(primitive: Primitive) -> None:
    run = trial("session required pam_one.so\n", Probe("pam_one"))
    run.open_session()
    assert run.call(primitive) == ReturnCode.SUCCESS


@pytest.mark.parametrize("code", [*_GENERAL, ReturnCode.SESSION_ERR], ids=lambda c: c.name.lower())
def test_b22_b23_the_codes_of_a_session_pass_through_unchanged(code: ReturnCode) -> None:
    opening = trial("session required pam_one.so\n", Probe("pam_one", open_session=code))
    closing = trial("session required pam_one.so\n", Probe("pam_one", close_session=code))
    closing.open_session()
    assert (code, code) == (opening.open_session(), closing.close_session())


def test_b22_no_chain_at_all_is_permission_denied() -> None:
    run = trial("auth required pam_one.so\n", Probe("pam_one"))
    assert run.open_session() == ReturnCode.PERM_DENIED


class _Broken(Probe):
    """A module that raises in whatever it is asked."""

    def answer(self, primitive: Primitive, flags: int) -> ReturnCode:
        raise MemoryError


def test_b22_every_general_code_has_a_cause_in_open_and_close() -> None:
    """Codes of a whole transaction with shipped modules, not of a probe that was told to answer."""
    broken = _Broken("pam_broken").module
    causes = {
        # DIALECT: a module or a function that is missing is `module_unknown` in Linux-PAM; the two
        # codes for it that the page has come from modules alone.
        ReturnCode.OPEN_ERR: ("pam_debug.so open_session=open_err close_session=open_err", 0),
        ReturnCode.SYMBOL_ERR: ("pam_debug.so open_session=symbol_err close_session=symbol_err", 0),
        ReturnCode.MODULE_UNKNOWN: ("pam_nowhere.so", 0),
        ReturnCode.SERVICE_ERR: ("pam_broken.so", 0),
        ReturnCode.SYSTEM_ERR: ("pam_permit.so", Flag.ESTABLISH_CRED),
        ReturnCode.BUF_ERR: ("pam_debug.so open_session=buf_err close_session=buf_err", 0),
        ReturnCode.CONV_ERR: ("pam_localuser.so", 0),
        ReturnCode.PERM_DENIED: ("[success=9] pam_permit.so", 0),
    }
    found = {}
    for code, (line, flags) in causes.items():
        control = "" if line.startswith("[") else "required "
        run = Trial(
            f"session {control}{line}\n", broken, pam_debug, pam_localuser, pam_permit, user=None
        )
        found[code] = [run.call(primitive, flags) for primitive in _SESSION]
    assert {code: [code, code] for code in causes} == found
