"""Every quirk and every difference between dialects, once off and once on.

`docs/dialects.md` names these tests.
"""

from __future__ import annotations

import pytest

from pamkit.module.registry import Module
from pamkit.policy.dialect import DEBIAN, LINUX, QUIRKS, Dialect, dialect_named
from pamkit.policy.resolve import Policy, resolve, service_name
from pamkit.policy.source import Layout, MemorySource, Outcome, Reading
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import Facility, Primitive
from pamkit.vocab.flags import Flag
from tests.seeds.probe import Probe

YES, NO = ReturnCode.SUCCESS, ReturnCode.PERM_DENIED


class Source(MemorySource):
    """Policy files of which some give a reading of their own."""

    def __init__(self, files: dict[str, str], odd: dict[str, Reading]) -> None:
        super().__init__(files)
        self._odd = odd

    def read(self, path: str) -> Reading:
        return self._odd.get(path) or super().read(path)


def resolved(
    files: dict[str, str],
    *quirks: str,
    odd: dict[str, Reading] | None = None,
    service: str = "test",
    confdir: str | None = None,
) -> Policy:
    source = Source(files, odd or {})
    return resolve(service, source, layout=Layout(confdir=confdir), quirks=frozenset(quirks))


def modules(policy: Policy, facility: Facility = Facility.AUTH) -> list[tuple[str, str]]:
    """Name and refusal of the places of a facility."""
    return [
        (place.entry.target.text if place.entry.target else "", place.refusal)
        for place in policy.places(facility)
    ]


def trial(policy: str | dict[str, str], *probes: Probe, **settings: object) -> Trial:
    quirks = settings.get("quirks", ())
    dialect = settings.get("dialect", LINUX)
    assert isinstance(quirks, tuple)
    assert isinstance(dialect, Dialect)
    loaded: list[Module] = [probe.module for probe in probes]
    return Trial(policy, *loaded, quirks=frozenset(quirks), dialect=dialect)


def test_read_error_ends_file() -> None:
    odd = {"/etc/pam.d/test": Reading(Outcome.CUT_SHORT, "auth optional pam_one.so\n", "error")}
    files = {"/etc/pam.d/other": "auth required pam_deny.so\n"}
    with pytest.raises(PolicyError, match="cannot be read"):
        resolved(files, odd=odd)
    assert modules(resolved(files, "read-error-ends-file", odd=odd)) == [("pam_one.so", "")]


def test_unreadable_falls_through() -> None:
    odd = {"/etc/pam.d/test": Reading(Outcome.UNREADABLE, reason="permission denied")}
    files = {
        "/etc/pam.d/other": "auth required pam_deny.so\n",
        "/usr/lib/pam.d/test": "auth optional pam_vendor.so\n",
    }
    with pytest.raises(PolicyError, match="cannot be read"):
        resolved(files, odd=odd)
    assert modules(resolved(files, "unreadable-falls-through", odd=odd)) == [("pam_vendor.so", "")]


def test_empty_include() -> None:
    policy = {"test": "auth include none\nauth optional pam_one.so\n", "none": "# nothing\n"}
    assert trial(policy, Probe("pam_one")).authenticate() == NO
    assert trial(policy, Probe("pam_one"), quirks=("empty-include",)).authenticate() == YES


def test_self_include() -> None:
    policy = "auth sufficient pam_one.so\nauth include test\n"
    one = Probe("pam_one", authenticate=ReturnCode.AUTH_ERR)
    assert trial(policy, one).authenticate() == NO
    assert len(one.asked) == 1
    again = Probe("pam_one", authenticate=ReturnCode.AUTH_ERR)
    assert trial(policy, again, quirks=("self-include",)).authenticate() == NO
    assert len(again.asked) == 16


def test_service_path() -> None:
    with pytest.raises(PolicyError, match="no service name"):
        service_name("../../tmp/Login")
    assert service_name("../../tmp/Login", frozenset({"service-path"})) == "login"


def test_other_twice() -> None:
    counts = []
    for quirks in ((), ("other-twice",)):
        one = Probe("pam_one")
        settings = {"service": "other", "quirks": frozenset(quirks)}
        Trial("auth required pam_one.so\n", one.module, **settings).authenticate()  # type: ignore[arg-type]  # settings of several types in one mapping
        counts.append(len(one.asked))
    assert counts == [1, 2]


def test_answers_steer_replay() -> None:
    # The entry that ended authenticate has nothing to set; the one behind was never asked.
    policy = "auth sufficient pam_one.so\nauth required pam_two.so\n"
    results = []
    for quirks in ((), ("answers-steer-replay",)):
        one = Probe("pam_one", setcred=ReturnCode.IGNORE)
        two = Probe("pam_two", setcred=ReturnCode.CRED_ERR)
        run = trial(policy, one, two, quirks=quirks)
        run.authenticate()
        results.append((run.setcred(), two.primitives))
    assert results == [
        (ReturnCode.SUCCESS, []),
        (ReturnCode.CRED_ERR, [Primitive.SETCRED]),
    ]


def test_update_unchecked() -> None:
    # The first pass ends before the second entry; the second pass does not.
    policy = "password sufficient pam_one.so\npassword required pam_two.so\n"
    results = []
    for quirks in ((), ("update-unchecked",)):
        two = Probe("pam_two")
        one = Changeable("pam_one")
        run = trial(policy, one, two, quirks=quirks)
        results.append((run.chauthtok(), [hex(flags) for _, flags in two.asked]))
    assert results == [(ReturnCode.AUTHTOK_ERR, []), (ReturnCode.SUCCESS, ["0x2000"])]


class Changeable(Probe):
    """Agrees to the check and fails to store."""

    def answer(self, primitive: Primitive, flags: int) -> ReturnCode:
        return ReturnCode.AUTHTOK_ERR if flags & Flag.UPDATE_AUTHTOK else ReturnCode.SUCCESS


def test_flags_unchecked() -> None:
    results = []
    for quirks in ((), ("flags-unchecked",)):
        one = Probe("pam_one")
        run = trial("account required pam_one.so\n", one, quirks=quirks)
        results.append((run.acct_mgmt(Flag.DELETE_CRED), one.flags_of(Primitive.ACCT_MGMT)))
    assert results == [(ReturnCode.SYSTEM_ERR, []), (YES, [Flag.DELETE_CRED])]


def test_system_includes() -> None:
    files = {
        "/srv/pam/test": "auth include login\n",
        "/srv/pam/login": "auth required pam_ours.so\n",
        "/etc/pam.d/login": "auth required pam_theirs.so\n",
    }
    ours = resolved(files, confdir="/srv/pam")
    theirs = resolved(files, "system-includes", confdir="/srv/pam")
    assert [modules(ours), modules(theirs)] == [[("pam_ours.so", "")], [("pam_theirs.so", "")]]


def test_short_lines() -> None:
    # The piece behind byte 1,023 is a line of its own.
    head = "auth optional pam_one.so "
    text = head + "x" * (1023 - len(head)) + "auth optional pam_two.so\n"
    files = {"/etc/pam.d/test": text, "/etc/pam.d/other": ""}
    names = [name for name, _ in modules(resolved(files))]
    cut = [name for name, _ in modules(resolved(files, "short-lines"))]
    assert (names, cut) == (["pam_one.so"], ["pam_one.so", "pam_two.so"])


def test_blanks_continue() -> None:
    text = "auth optional \\\n\npam_one.so\nauth optional pam_two.so\n"
    files = {"/etc/pam.d/test": text, "/etc/pam.d/other": ""}
    ended = [name for name, _ in modules(resolved(files))]
    joined = [name for name, _ in modules(resolved(files, "blanks-continue"))]
    assert (ended, joined) == (["", "", "pam_two.so"], ["pam_one.so", "pam_two.so"])


def test_relative_paths() -> None:
    from pamkit.modules import pam_nologin

    def answer(*quirks: str) -> int:
        t = Trial("auth required pam_nologin.so file=gone\n", pam_nologin, quirks=frozenset(quirks))
        t.authenticate()
        return t.core.runs[-1].steps[0].answer

    # A file that may not be looked for might be there; in the directory of the process it is not.
    assert answer() == ReturnCode.USER_UNKNOWN
    assert answer("relative-paths") == ReturnCode.IGNORE


def test_unbounded_includes() -> None:
    policy = {"test": "auth include f1\n", "f30": "auth optional pam_one.so\n"}
    policy |= {f"f{at}": f"auth include f{at + 1}\n" for at in range(1, 30)}
    assert trial(policy, Probe("pam_one")).authenticate() == NO
    assert trial(policy, Probe("pam_one"), quirks=("unbounded-includes",)).authenticate() == YES


def test_setcred_after_refusal() -> None:
    def setcred(*quirks: str) -> ReturnCode:
        probe = Probe("pam_one", authenticate=ReturnCode.AUTH_ERR)
        run = trial(
            "auth required pam_one.so\nsession required pam_one.so\n"
            "account required pam_one.so\npassword required pam_one.so\n",
            probe,
            dialect=dialect_named("openpam"),
            quirks=quirks,
        )
        assert run.authenticate() == ReturnCode.AUTH_ERR
        return run.setcred()

    assert setcred() == NO
    assert setcred("setcred-after-refusal") == YES


def test_empty_facility() -> None:
    def account(*quirks: str) -> ReturnCode:
        illumos = dialect_named("illumos")
        return trial("auth required pam_one.so\n", dialect=illumos, quirks=quirks).acct_mgmt()

    assert account() == ReturnCode.SYSTEM_ERR
    assert account("empty-facility") == YES


def test_unasked_required() -> None:
    # Nobody has the module that is to refuse; the one behind it lets everybody in.
    policy = "auth required pam_gone.so.1\nauth required pam_one.so.1\n"

    def authenticate(*quirks: str) -> ReturnCode:
        cde = dialect_named("cde")
        return trial(policy, Probe("pam_one"), dialect=cde, quirks=quirks).authenticate()

    assert authenticate() == ReturnCode.MODULE_UNKNOWN
    assert authenticate("unasked-required") == YES


def test_debian_takes_in_a_file_with_at_include() -> None:
    policy = {"test": "@include rest\n", "rest": "auth optional pam_one.so\n"}
    assert trial(policy, Probe("pam_one"), dialect=DEBIAN).authenticate() == YES
    assert trial(policy, Probe("pam_one"), dialect=LINUX).authenticate() == NO


def test_a_link_that_jumps_counts_in_setcred_on_linux_and_not_on_debian() -> None:
    policy = "auth [success=1 default=ignore] pam_one.so\nauth required pam_deny.so\n"
    policy += "auth required pam_two.so\n"
    results = []
    for dialect in (LINUX, DEBIAN):
        run = trial(
            policy, Probe("pam_one", setcred=ReturnCode.CRED_ERR), Probe("pam_two"), dialect=dialect
        )
        results.append((run.authenticate(), run.setcred()))
    assert results == [(YES, ReturnCode.CRED_ERR), (YES, YES)]


def test_every_quirk_has_a_test_of_its_name() -> None:
    tests = {name.removeprefix("test_").replace("_", "-") for name in globals()}
    assert [quirk for quirk in QUIRKS if quirk not in tests] == []
