"""What libpam's public functions do around a dispatch, and what pamkit refuses."""

from typing import Any

import pytest

from pamkit.module.call import ModuleCall
from pamkit.policy.dialect import QUIRK_SETS
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import HOOK_NAMES, Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.hooks import module

_C = ReturnCode
ALL = "".join(f"{f} required pam_x.so\n" for f in ("auth", "account", "password", "session"))


class Recorder:
    """A module that notes its calls and answers from a script (default: success)."""

    def __init__(self, *answers: int) -> None:
        self.calls: list[tuple[str, int]] = []
        self.answers = list(answers)

    def hook(self, call: ModuleCall[Any]) -> int:
        self.calls.append((call.primitive.name.lower(), call.flags))
        return self.answers.pop(0) if self.answers else _C.SUCCESS

    def module(self, name: str = "x") -> Any:
        return module(name, **{n.removeprefix("pam_sm_"): self.hook for n in HOOK_NAMES.values()})


def trial(*answers: int, policy: str = ALL, **settings: Any) -> tuple[Trial, Recorder]:
    recorder = Recorder(*answers)
    return Trial(policy, recorder.module(), **settings), recorder


@pytest.mark.parametrize("primitive", list(Primitive))
def test_every_primitive_reaches_its_hook(primitive: Primitive) -> None:
    t, recorder = trial()
    assert t.call(primitive) == _C.SUCCESS
    seen = {name for name, _ in recorder.calls}
    assert {primitive.name.lower()} == seen


def test_flags_reach_the_hook_and_the_two_passes_are_marked() -> None:
    t, recorder = trial()
    t.authenticate(Flag.SILENT)
    t.chauthtok(Flag.CHANGE_EXPIRED_AUTHTOK)
    assert recorder.calls == [
        ("authenticate", 0x8000),
        ("chauthtok", 0x4020),
        ("chauthtok", 0x2020),
    ]


@pytest.mark.parametrize("code", [_C.AUTH_ERR, _C.NEW_AUTHTOK_REQD, _C.TRY_AGAIN])
def test_only_plain_success_of_the_check_leads_to_the_change(code: ReturnCode) -> None:
    t, recorder = trial(code)
    assert t.chauthtok() == code
    assert len(recorder.calls) == 1


@pytest.mark.parametrize("bit", [Flag.PRELIM_CHECK, Flag.UPDATE_AUTHTOK])
def test_an_application_cannot_choose_the_pass(bit: Flag) -> None:
    for quirks in (frozenset[str](), QUIRK_SETS["libpam"]):
        t, recorder = trial(quirks=quirks)
        assert t.chauthtok(bit) == _C.SYSTEM_ERR
        assert recorder.calls == []


@pytest.mark.parametrize(
    ("flags", "seen", "libpam"),
    [
        (0, 0x2, 0x2),
        (Flag.SILENT, 0x8002, 0x8000),
        (Flag.DELETE_CRED, 0x4, 0x4),
        (Flag.REFRESH_CRED | Flag.SILENT, 0x8010, 0x8010),
        (Flag.ESTABLISH_CRED | Flag.DELETE_CRED, None, 0x6),
        (Flag.DISALLOW_NULL_AUTHTOK, None, 0x1),
    ],
)
def test_setcred_establishes_unless_told_otherwise(
    flags: int, seen: int | None, libpam: int
) -> None:
    t, recorder = trial()
    code = t.setcred(flags)
    assert ([] if seen is None else [seen]) == [f for _, f in recorder.calls]
    assert (code == _C.SUCCESS) == (seen is not None)
    t, recorder = trial(quirks=frozenset({"flags-unchecked"}))
    assert t.setcred(flags) == _C.SUCCESS
    assert recorder.calls == [("setcred", libpam)]


@pytest.mark.parametrize(
    ("primitive", "flags"),
    [
        (Primitive.OPEN_SESSION, Flag.ESTABLISH_CRED),
        (Primitive.CLOSE_SESSION, 1),
        (Primitive.AUTHENTICATE, 0x100),
        (Primitive.ACCT_MGMT, Flag.CHANGE_EXPIRED_AUTHTOK),
    ],
)
def test_flags_that_a_primitive_does_not_have_are_refused_unless_libpam_is_wanted(
    primitive: Primitive, flags: int
) -> None:
    t, recorder = trial()
    assert t.call(primitive, flags) == _C.SYSTEM_ERR
    assert recorder.calls == []
    assert isinstance(t.world.log, MemoryLog)
    assert "may not be given" in t.world.log.texts[0]
    t, recorder = trial(quirks=frozenset({"flags-unchecked"}))
    assert t.call(primitive, flags) == _C.SUCCESS
    assert [f for _, f in recorder.calls] == [flags]


def test_setcred_does_not_follow_an_authenticate_that_was_refused_for_its_flags() -> None:
    t, recorder = trial()
    assert t.authenticate(0x100) == _C.SYSTEM_ERR
    assert t.setcred() == _C.PERM_DENIED
    assert recorder.calls == []


def test_tokens_are_wiped_around_authenticate_and_chauthtok_only() -> None:
    kept = Secret("kept")

    def hook(call: ModuleCall[Any]) -> int:
        call.set_token(Item.AUTHTOK, Secret("x"))
        return _C.SUCCESS

    hooks = dict.fromkeys(("authenticate", "chauthtok", "acct_mgmt"), hook)
    t = Trial(ALL, module("x", **hooks))
    t.handle.set_token(Item.AUTHTOK, kept)
    for primitive, there in (
        (Primitive.AUTHENTICATE, False),
        (Primitive.ACCT_MGMT, True),
        (Primitive.CHAUTHTOK, False),
    ):
        t.call(primitive)
        assert there == (Item.AUTHTOK in t.handle.tokens)
    assert kept.expose() == b""


def test_an_empty_facility_is_refused_and_says_so() -> None:
    t, recorder = trial(policy="auth required pam_x.so\n")
    assert t.acct_mgmt() == _C.PERM_DENIED
    assert recorder.calls == []
    assert isinstance(t.world.log, MemoryLog)
    assert t.world.log.texts == ["PAM no modules loaded for `test' service"]


def test_a_missing_facility_is_taken_from_other() -> None:
    recorder = Recorder()
    t = Trial(
        {"test": "auth required pam_x.so\n", "other": "account required pam_x.so\n"},
        recorder.module(),
    )
    assert t.acct_mgmt() == _C.SUCCESS
    assert t.chauthtok() == _C.PERM_DENIED


def test_a_hook_that_waits_is_asked_again_and_the_others_are_not() -> None:
    first, second = Recorder(), Recorder(_C.INCOMPLETE)
    t = Trial(
        "auth required pam_a.so\nauth required pam_b.so\n", first.module("a"), second.module("b")
    )
    assert t.authenticate() == _C.INCOMPLETE
    assert t.setcred() == _C.ABORT, "another primitive may not come in between"
    assert t.authenticate() == _C.SUCCESS
    assert (len(first.calls), len(second.calls)) == (1, 2)


def test_a_waiting_change_goes_on_in_the_pass_it_was_in() -> None:
    t, recorder = trial(_C.SUCCESS, _C.INCOMPLETE, policy="password required pam_x.so\n")
    assert t.chauthtok() == _C.INCOMPLETE
    assert t.chauthtok() == _C.SUCCESS
    assert [f for _, f in recorder.calls] == [0x4000, 0x2000, 0x2000]


def test_a_new_service_brings_its_own_policy_and_forgets_the_old_path() -> None:
    a, b = Recorder(), Recorder()
    t = Trial(
        {"test": "auth required pam_a.so\n", "su": "auth required pam_b.so\n"},
        a.module("a"),
        b.module("b"),
    )
    t.authenticate()
    t.handle.set(Item.SERVICE, "SU", from_module=False)
    assert t.setcred() == _C.SUCCESS
    assert (a.calls, b.calls) == ([("authenticate", 0)], [("setcred", 2)])
    assert not t.core.runs[-1].replayed


def test_a_new_service_without_a_policy_aborts_each_call() -> None:
    t, recorder = trial()
    t.handle.set(Item.SERVICE, "none", from_module=False)
    assert [t.authenticate(), t.authenticate()] == [_C.ABORT, _C.ABORT]
    assert recorder.calls == []


def test_no_policy_at_all_cannot_start() -> None:
    with pytest.raises(PolicyError, match="there is no policy for the service `test`"):
        Trial({"login": ALL})


def delayed(code: int, **settings: Any) -> Trial:
    def hook(call: ModuleCall[Any]) -> int:
        call.fail_delay(2_000_000)
        return code

    return Trial(ALL, module("x", authenticate=hook, acct_mgmt=hook), **settings)


def test_a_delay_is_waited_for_after_a_failure_only() -> None:
    for code, slept in ((_C.AUTH_ERR, [2.0]), (_C.SUCCESS, [])):
        t = delayed(code)
        t.authenticate()
        assert isinstance(t.outside, StandInOutside)
        assert slept == t.outside.slept


def test_a_delay_asked_for_elsewhere_waits_for_the_next_authenticate() -> None:
    t = delayed(_C.AUTH_ERR)
    assert isinstance(t.outside, StandInOutside)
    t.acct_mgmt()
    assert t.outside.slept == []
    t.authenticate()
    assert t.outside.slept == [2.0]


def test_an_application_that_delays_itself_is_told_always() -> None:
    told: list[tuple[int, int]] = []
    t = delayed(_C.SUCCESS)
    t.handle.set(Item.FAIL_DELAY, lambda *what: told.append(what), from_module=False)
    t.authenticate()
    assert told == [(_C.SUCCESS, 2_000_000)]
    assert isinstance(t.outside, StandInOutside)
    assert t.outside.slept == []


def test_a_module_may_not_change_a_password_it_has_not_checked() -> None:
    """libpam runs B's update although `sufficient` ended the check before it."""
    policy = "password sufficient pam_a.so\npassword required pam_b.so\n"
    for quirks, code, asked in (
        (frozenset[str](), _C.AUTHTOK_ERR, 0),
        (frozenset({"update-unchecked"}), _C.SUCCESS, 1),
    ):
        a, b = Recorder(_C.SUCCESS, _C.AUTHTOK_ERR), Recorder()
        t = Trial(policy, a.module("a"), b.module("b"), quirks=quirks)
        assert t.chauthtok() == code
        assert asked == len(b.calls)


def test_setcred_after_an_authenticate_that_was_cut_off_is_refused() -> None:
    def hook(call: ModuleCall[Any]) -> int:
        raise KeyboardInterrupt

    t = Trial(ALL, module("x", authenticate=hook, setcred=lambda call: 0))
    with pytest.raises(KeyboardInterrupt):
        t.authenticate()
    t.core.abandon()
    assert t.setcred() == _C.PERM_DENIED


def test_the_watcher_hears_steps_and_the_audit_runs() -> None:
    from pamkit.engine.driver import Performer, drive

    steps: list[Any] = []
    runs: list[Any] = []
    t, _ = trial(
        watch=lambda primitive, step: steps.append((primitive, step.answer)), audit=runs.append
    )
    drive(t.core.call(Primitive.AUTHENTICATE), Performer(None, t.outside))
    assert steps == [(Primitive.AUTHENTICATE, _C.SUCCESS)]
    assert [(run.code, tuple(link.module for link in run.grantors)) for run in runs] == [
        (_C.SUCCESS, ("pam_x.so",))
    ]


def test_end_tells_cleanups_the_status() -> None:
    seen: list[int] = []

    def hook(call: ModuleCall[Any]) -> int:
        call.set_data("x", 1, lambda data, status: seen.append(status))
        return _C.SUCCESS

    t = Trial(ALL, module("x", authenticate=hook))
    t.authenticate()
    t.end(_C.MAXTRIES)
    assert seen == [_C.MAXTRIES]


@pytest.mark.parametrize("dialect", ["solaris", "illumos"])
def test_the_second_pass_of_a_change_goes_on_with_what_the_first_has_read(dialect: str) -> None:
    """Where a policy is read again at each call, a change is one call."""
    hooks = dict.fromkeys(("chauthtok",), lambda call: _C.SUCCESS)
    t = Trial("password required pam_x.so\n", module("x", **hooks), dialect=dialect)
    assert t.chauthtok() == _C.SUCCESS
    assert [bool(run.flags & Flag.UPDATE_AUTHTOK) for run in t.core.runs] == [False, True]


def test_while_setcred_waits_no_other_call_is_made_on_places_that_are_known() -> None:
    """It has nothing to refuse, so that only its waiting keeps the next call off."""
    said = [_C.SUCCESS, _C.INCOMPLETE, _C.SUCCESS]
    yes = dict.fromkeys(("authenticate", "acct_mgmt"), lambda call: _C.SUCCESS)
    x = module("x", **yes, setcred=lambda call: said.pop(0))
    t = Trial("auth required pam_x.so\naccount required pam_x.so\n", x)
    assert [t.authenticate(), t.setcred(), t.acct_mgmt()] == [_C.SUCCESS] * 3
    assert [t.setcred(), t.acct_mgmt()] == [_C.INCOMPLETE, _C.ABORT]
    assert [t.setcred(), t.acct_mgmt()] == [_C.SUCCESS] * 2
    assert said == []


def test_a_token_that_was_left_is_no_ground_for_the_next_authenticate() -> None:
    """On places that are known as well: a hook of another call has set it."""
    seen: list[object] = []

    def authenticate(call: ModuleCall[Any]) -> int:
        seen.append(call.token(Item.AUTHTOK))
        return _C.SUCCESS

    def acct_mgmt(call: ModuleCall[Any]) -> int:
        call.set_token(Item.AUTHTOK, Secret("left"))
        return _C.SUCCESS

    t = Trial(ALL, module("x", authenticate=authenticate, acct_mgmt=acct_mgmt))
    for _ in range(3):
        assert [t.authenticate(), t.acct_mgmt()] == [_C.SUCCESS] * 2
    assert seen == [None] * 3


def test_another_service_is_another_policy_at_the_next_call() -> None:
    """On places that are known as well."""
    policies = {"app": ALL, "closed": ALL.replace("pam_x", "pam_no")}
    no = {name.removeprefix("pam_sm_"): _refusing for name in HOOK_NAMES.values()}
    yes = {name.removeprefix("pam_sm_"): _granting for name in HOOK_NAMES.values()}
    t = Trial(policies, module("x", **yes), module("no", **no), service="app")
    assert [t.acct_mgmt(), t.acct_mgmt()] == [_C.SUCCESS] * 2
    t.handle.set(Item.SERVICE, "closed", from_module=False)
    assert [t.acct_mgmt(), t.authenticate()] == [_C.PERM_DENIED] * 2
    assert [run.service for run in t.core.runs] == ["app", "app", "closed", "closed"]


def test_a_run_in_which_the_service_was_changed_has_its_name_by_then() -> None:
    def acct_mgmt(call: ModuleCall[Any]) -> int:
        call.set_item(Item.SERVICE, "later")
        return _C.SUCCESS

    policies = {"app": ALL, "later": ALL}
    t = Trial(policies, module("x", acct_mgmt=acct_mgmt), service="app")
    assert [t.acct_mgmt(), t.core.runs[-1].service] == [_C.SUCCESS, "later"]


def _granting(call: ModuleCall[Any]) -> int:
    return _C.SUCCESS


def _refusing(call: ModuleCall[Any]) -> int:
    return _C.PERM_DENIED


class BrokenKeeper:
    """Keeps sessions where nothing can be taken back."""

    def before(self, core: Any, primitive: Primitive) -> int | None:
        return None

    def after(self, core: Any, primitive: Primitive, code: int) -> int:
        return code

    def abandon(self, core: Any) -> None:
        raise ValueError


def test_a_keeper_that_raises_leaves_no_token_behind() -> None:
    cleaned: list[int] = []

    def kept() -> tuple[Trial, Secret]:
        trial = Trial(ALL, keeper=BrokenKeeper())
        token = Secret("pw")
        trial.handle.set_token(Item.AUTHTOK, token)
        trial.handle.set_data("x", 1, lambda data, status: cleaned.append(data))
        return trial, token

    trial, token = kept()
    assert [type(odd) for odd in trial.core.end(0)] == [ValueError]
    assert (cleaned, token.expose()) == ([1], b"")
    trial, token = kept()
    with pytest.raises(ValueError):  # noqa: PT011  # it has no words
        trial.core.abandon()
    assert token.expose() == b""


def test_thousands_of_refusals_are_noted_one_by_one() -> None:
    trial = Trial("auth required pam_x.so\n", module("x", authenticate=lambda _: _C.AUTH_ERR))
    trial.authenticate()
    walks = trial.core.walks
    trial.authenticate()
    assert trial.core.walks is walks  # they are not copied for each
    assert [run.code for run in trial.core.runs] == [_C.AUTH_ERR] * 2
