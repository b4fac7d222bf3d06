"""What the page of `pam_sm_setcred` asks for, as far as it can be shown in one process.

The sentences, in our words and with their numbers, are in `docs/seeds.md`.
"""

from __future__ import annotations

import pytest

from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, error, info
from pamkit.vocab.codes import ReturnCode, text
from pamkit.vocab.facility import HOOK_NAMES, Primitive
from pamkit.vocab.flags import CRED_FLAGS, Flag
from tests.seeds.probe import Probe

_ACTIONS = [flag for flag in Flag if flag & CRED_FLAGS]
_CODES = [
    ReturnCode.CRED_UNAVAIL,
    ReturnCode.CRED_EXPIRED,
    ReturnCode.CRED_ERR,
    ReturnCode.USER_UNKNOWN,
]


def trial(policy: str, *probes: Probe, conversation: Script | None = None) -> Trial:
    return Trial(policy, *(probe.module for probe in probes), conversation=conversation)


def test_a2_setcred_calls_the_setcred_hook_of_the_module() -> None:
    one = Probe("pam_one")
    run = trial("auth required pam_one.so\n", one)
    run.authenticate()
    run.setcred()
    assert one.primitives == [Primitive.AUTHENTICATE, Primitive.SETCRED]
    assert HOOK_NAMES[Primitive.SETCRED] == "pam_sm_setcred"


def test_a3_a4_what_setcred_put_into_the_environment_is_there_for_the_application() -> None:
    run = trial("auth required pam_one.so\n", Probe("pam_one", sets=("TICKET=/run/t", "MODE=a")))
    run.authenticate()
    before = dict(run.handle.env)
    run.setcred(Flag.ESTABLISH_CRED)
    assert (before, run.handle.env) == ({}, {"TICKET": "/run/t", "MODE": "a"})


def test_a5_after_a_refused_authenticate_setcred_is_refused() -> None:
    one = Probe("pam_one", authenticate=ReturnCode.AUTH_ERR)
    run = trial("auth required pam_one.so\n", one)
    assert run.authenticate() == ReturnCode.AUTH_ERR
    assert run.setcred(Flag.ESTABLISH_CRED) == ReturnCode.PERM_DENIED


def test_a5_where_nobody_counted_in_authenticate_setcred_grants_nothing() -> None:
    one = Probe("pam_one", authenticate=ReturnCode.AUTH_ERR)
    run = trial("auth optional pam_one.so\n", one)
    assert run.authenticate() == ReturnCode.PERM_DENIED
    assert run.setcred(Flag.ESTABLISH_CRED) == ReturnCode.PERM_DENIED


def test_a5_setcred_alone_is_allowed_as_cron_and_sshd_need_it() -> None:
    one = Probe("pam_one")
    assert trial("auth required pam_one.so\n", one).setcred() == ReturnCode.SUCCESS
    assert one.primitives == [Primitive.SETCRED]


def test_a6_setcred_does_not_ask_whether_a_session_is_open() -> None:
    one = Probe("pam_one")
    run = trial("auth required pam_one.so\nsession required pam_one.so\n", one)
    codes = (run.authenticate(), run.open_session(), run.setcred(Flag.DELETE_CRED))
    assert set(codes) == {ReturnCode.SUCCESS}


@pytest.mark.parametrize("silent", [0, Flag.SILENT], ids=["aloud", "silent"])
@pytest.mark.parametrize("action", _ACTIONS, ids=lambda flag: flag.name.lower())
def test_a7_a9_a10_a11_a12_each_flag_reaches_the_module_unchanged(
    action: Flag, silent: int
) -> None:
    one = Probe("pam_one")
    run = trial("auth required pam_one.so\n", one)
    run.authenticate()
    assert run.setcred(action | silent) == ReturnCode.SUCCESS
    assert one.flags_of(Primitive.SETCRED) == [action | silent]


@pytest.mark.parametrize("silent", [0, Flag.SILENT], ids=["aloud", "silent"])
def test_a9_establishing_is_what_setcred_does_if_nothing_is_said(silent: int) -> None:
    one = Probe("pam_one")
    trial("auth required pam_one.so\n", one).setcred(silent)
    assert one.flags_of(Primitive.SETCRED) == [Flag.ESTABLISH_CRED | silent]


def test_a7_two_actions_at_once_are_refused_before_a_module_is_asked() -> None:
    one = Probe("pam_one")
    run = trial("auth required pam_one.so\n", one)
    run.authenticate()
    both = Flag.ESTABLISH_CRED | Flag.DELETE_CRED
    assert run.setcred(both) == ReturnCode.SYSTEM_ERR
    assert one.flags_of(Primitive.SETCRED) == []


def test_a8_with_silent_a_module_shows_nothing() -> None:
    one = Probe("pam_one", says="Hello.")
    with Script(info("Hello."), error("Hello.")) as script:
        run = trial("auth required pam_one.so\n", one, conversation=script)
        run.authenticate(Flag.SILENT)
        run.setcred(Flag.ESTABLISH_CRED | Flag.SILENT)
        assert script.heard == []
        run.setcred(Flag.ESTABLISH_CRED)  # the same module is heard when it may speak


def test_a13_a14_the_path_is_the_same_for_every_flag_and_answer() -> None:
    policy = """\
auth [success=1 default=ignore] pam_one.so
auth required pam_two.so
auth substack inner
auth sufficient pam_four.so
auth required pam_five.so
"""
    paths = set()
    for flag in _ACTIONS:
        for answer in (ReturnCode.SUCCESS, ReturnCode.IGNORE, ReturnCode.CRED_ERR):
            names = ("pam_one", "pam_two", "pam_three", "pam_four", "pam_five")
            probes = {name: Probe(name, setcred=answer) for name in names}
            modules = [probe.module for probe in probes.values()]
            run = Trial({"test": policy, "inner": "auth requisite pam_three.so\n"}, *modules)
            run.authenticate()
            run.setcred(flag)
            paths.add(
                (
                    tuple(n for n, p in probes.items() if Primitive.AUTHENTICATE in p.primitives),
                    tuple(n for n, p in probes.items() if Primitive.SETCRED in p.primitives),
                )
            )
    walked = ("pam_one", "pam_three", "pam_four")
    assert paths == {(walked, walked)}


def test_a15_an_entry_that_authenticate_ignored_has_no_say_in_setcred() -> None:
    one = Probe("pam_one", authenticate=ReturnCode.AUTH_ERR, setcred=ReturnCode.CRED_ERR)
    run = trial("auth optional pam_one.so\nauth required pam_two.so\n", one, Probe("pam_two"))
    run.authenticate()
    assert run.setcred() == ReturnCode.SUCCESS
    assert one.primitives == [Primitive.AUTHENTICATE, Primitive.SETCRED]


@pytest.mark.parametrize("control", ["required", "requisite", "sufficient", "optional"])
def test_a16_a22_an_entry_that_counted_is_required_in_setcred(control: str) -> None:
    one = Probe("pam_one", setcred=ReturnCode.CRED_EXPIRED)
    two = Probe("pam_two")
    run = trial(f"auth {control} pam_one.so\nauth required pam_two.so\n", one, two)
    assert run.authenticate() == ReturnCode.SUCCESS
    assert run.setcred() == ReturnCode.CRED_EXPIRED
    assert two.primitives.count(Primitive.SETCRED) == (0 if control == "sufficient" else 1)


@pytest.mark.parametrize("code", _CODES, ids=lambda code: code.name.lower())
def test_a17_a18_a19_a21_the_codes_of_setcred_pass_through_unchanged(code: ReturnCode) -> None:
    run = trial("auth required pam_one.so\n", Probe("pam_one", setcred=code))
    run.authenticate()
    assert run.setcred() == code


def test_a20_success_of_every_entry_is_success() -> None:
    probes = [Probe(f"pam_{name}") for name in ("one", "two", "three")]
    policy = "".join(f"auth required {probe.module.name}.so\n" for probe in probes)
    run = trial(policy, *probes)
    run.authenticate()
    assert run.setcred() == ReturnCode.SUCCESS


def test_a23_the_first_error_dominates_and_all_are_asked() -> None:
    one = Probe("pam_one", setcred=ReturnCode.CRED_UNAVAIL)
    two = Probe("pam_two", setcred=ReturnCode.CRED_ERR)
    three = Probe("pam_three")
    policy = "auth required pam_one.so\nauth requisite pam_two.so\nauth required pam_three.so\n"
    run = trial(policy, one, two, three)
    run.authenticate()
    assert run.setcred() == ReturnCode.CRED_UNAVAIL
    assert [Primitive.SETCRED in probe.primitives for probe in (one, two, three)] == [True] * 3


def test_a24_every_code_has_a_text_and_an_unknown_one_says_so() -> None:
    texts = [text(code) for code in ReturnCode]
    assert len(set(texts)) == len(ReturnCode)
    assert "Unknown PAM error" not in texts
    assert text(99) == "Unknown PAM error"
