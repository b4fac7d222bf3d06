"""What was once proved although it is not so; and what is proved beside the modules themselves."""

from __future__ import annotations

import itertools
import os
import random
import time

import pytest

from pamkit import facts
from pamkit.analysis.claim_names import EVERY, claim_named
from pamkit.analysis.explore import TooMany
from pamkit.analysis.verify import verify, verify_all
from pamkit.formats.faillock_tally import Failure
from pamkit.modules import (
    pam_deny,
    pam_env,
    pam_exec,
    pam_faillock,
    pam_listfile,
    pam_localuser,
    pam_nologin,
    pam_permit,
    pam_rootok,
    pam_securetty,
    pam_succeed_if,
    pam_unix,
    pam_usertype,
    pam_warn,
    pam_wheel,
)
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.tallies import MemoryTallies
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.message import Message
from tests.analysis.policies import chains, declarations

POLICIES = int(os.environ.get("PAMKIT_REAL_POLICIES", "40"))

_UNIX = "auth required pam_unix.so\n"


def _holds(name: str, text: str) -> bool:
    claim = claim_named(name)
    assert claim is not None
    return verify(claim, chains(text), declarations).holds


@pytest.mark.parametrize(
    ("name", "text"),
    [
        # Everybody but the members of the open group, and a host with its name, is trusted by none.
        (
            "no-grant-without-proof",
            "auth sufficient pam_succeed_if.so user notingroup nopasswdlogin\n",
        ),
        ("no-grant-without-proof", "auth sufficient pam_succeed_if.so rhost = nopasswdlogin\n"),
        # A terminal and a service can be tested of a user who is not there.
        (
            "always-refuses",
            "auth [success=die default=ignore] pam_usertype.so isregular\n"
            "auth [success=die default=ignore] pam_usertype.so issystem\n"
            "auth sufficient pam_succeed_if.so service = sshd\n",
        ),
        # `=` compares digits: nobody has the number 00.
        (
            "root-can-never-get-in",
            "auth [success=die default=ignore] pam_succeed_if.so uid = 00\n" + _UNIX,
        ),
        # The one who runs the program is not the one who logged in.
        (
            "always-refuses",
            "auth [success=ignore perm_denied=ignore default=die] pam_wheel.so trust use_uid\n"
            "auth [perm_denied=1 default=ignore] pam_wheel.so trust use_uid\n"
            "auth [perm_denied=1 default=die] pam_wheel.so trust\n"
            "auth requisite pam_deny.so\n"
            "auth [success=ok default=die] pam_wheel.so trust use_uid debug\n",
        ),
        # The console is secure for one of them.
        (
            "root-can-never-get-in",
            "auth requisite pam_securetty.so\n"
            "auth [success=die default=ignore] pam_securetty.so noconsole\n" + _UNIX,
        ),
        # Two files, two answers.
        (
            "local-can-never-get-in",
            "auth [ignore=ignore default=die] pam_nologin.so\n"
            "auth [auth_err=ignore default=die] pam_nologin.so file=/etc/other\n" + _UNIX,
        ),
        # Two tickets.
        (
            "always-refuses",
            "auth [success=ignore default=die] pam_timestamp.so\n"
            "auth [auth_err=ignore default=die] pam_timestamp.so timestamp_timeout=1\n"
            "auth required pam_permit.so\n",
        ),
        # Others watch over whom the directory knows: faillock succeeds, whatever it is there for.
        (
            "no-grant-without-proof",
            "auth [success=done default=die] pam_faillock.so authfail local_users_only\n",
        ),
        # The file of settings may say so as well.
        ("no-grant-without-proof", "auth [success=done default=die] pam_faillock.so authfail\n"),
        # A module that passes over whom it does not know has no say about them.
        (
            "expired-is-refused",
            "account required pam_sss.so ignore_unknown_user\naccount required pam_permit.so\n",
        ),
        (
            "local-can-never-get-in",
            "auth required pam_oath.so no_usersfile_okay\nauth required pam_permit.so\n",
        ),
        ("due-is-said", "account required pam_unix.so no_pass_expiry\n"),
        # While the daemon is away, and that is to be ignored, nobody says no.
        (
            "expired-is-refused",
            "account required pam_sss.so ignore_authinfo_unavail\naccount required pam_permit.so\n",
        ),
        # A directory user has an account by the name service; pam_unix knows of no date.
        (
            "directory-never-logs-in",
            "auth required pam_sss.so\naccount required pam_unix.so\n"
            "session required pam_unix.so\n",
        ),
        # Until 1.3.1 it answered success.
        ("no-grant-without-proof", "auth sufficient pam_u2f.so nouserok\n"),
        # `failmode=safe` is what it does unless it is told otherwise.
        ("two-factors", "auth required pam_unix.so\nauth required pam_duo.so\n"),
        # A program may say something else when it is asked again; so may a finger.
        (
            "always-refuses",
            "auth [success=ignore default=die] pam_exec.so /x\n"
            "auth [success=die default=ignore] pam_exec.so /x\nauth required pam_permit.so\n",
        ),
        # One password here, another one there.
        (
            "always-refuses",
            "auth requisite pam_unix.so\n"
            "auth [auth_err=ignore default=die] pam_radius_auth.so\nauth required pam_permit.so\n",
        ),
        # A module that cannot do its work may say so with any of its codes.
        (
            "always-refuses",
            "auth [system_err=ignore default=die] pam_nologin.so\nauth required pam_permit.so\n",
        ),
    ],
)
def test_what_is_not_so_is_not_proved(name: str, text: str) -> None:
    assert _holds(name, text) is False


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "no-grant-without-proof",
            "auth sufficient pam_succeed_if.so user ingroup nopasswdlogin\n",
        ),
        ("expired-is-refused", "account required pam_sss.so\naccount required pam_permit.so\n"),
        ("due-is-said", "account required pam_unix.so\n"),
        ("no-grant-without-proof", "auth sufficient pam_u2f.so\n"),
        ("two-factors", "auth required pam_unix.so\nauth required pam_oath.so\n"),
    ],
)
def test_what_is_so_is_still_proved(name: str, text: str) -> None:
    assert _holds(name, text) is True


_PROVIDERS = sorted(
    name
    for name in facts.sheets()
    if Primitive.AUTHENTICATE in getattr(declarations(f"{name}.so"), "answers", ())
)


@pytest.mark.parametrize("control", ["required", "optional", "[success=ok default=ignore]"])
def test_many_providers_are_answered_or_too_many_but_never_waited_for(control: str) -> None:
    text = "".join(
        f"{facility} {control} {name}.so\n"
        for facility in ("auth", "account")
        for name in _PROVIDERS
    )
    made = chains(text)
    for name in ("no-grant-without-proof", "wrong-password-never-grants", "local-can-log-in"):
        begun = time.process_time()
        try:
            verify(EVERY[name], made, declarations)
        except TooMany:
            assert name == "local-can-log-in"
        assert time.process_time() - begun < 10


def test_what_was_proved_is_one_mark_whoever_proved_it() -> None:
    # Each set of proofs was a point of its own: sixteen providers were too many.
    text = "".join(f"auth required {name}.so\n" for name in _PROVIDERS)
    assert verify(EVERY["wrong-password-never-grants"], chains(text), declarations).holds


_UIDS = {"root": 0, "system": 100, "local": 1000, "directory": 2000}
_MODULES = (
    *(pam_deny, pam_env, pam_exec, pam_faillock, pam_listfile, pam_localuser, pam_nologin),
    *(pam_permit, pam_rootok, pam_securetty, pam_succeed_if, pam_unix, pam_usertype, pam_warn),
    pam_wheel,
)
_LINES = (
    *("pam_unix.so", "pam_unix.so nullok", "pam_unix.so likeauth try_first_pass"),
    *("pam_rootok.so", "pam_localuser.so", "pam_nologin.so", "pam_nologin.so successok"),
    *("pam_usertype.so isregular", "pam_usertype.so issystem", "pam_permit.so", "pam_deny.so"),
    *("pam_nologin.so file=/etc/other", "pam_warn.so", "pam_env.so", "pam_securetty.so"),
    *("pam_succeed_if.so uid >= 1000", "pam_succeed_if.so uid < 1000 quiet_fail"),
    *("pam_succeed_if.so uid = 00", "pam_succeed_if.so user notingroup nobodys"),
    *("pam_succeed_if.so use_uid uid = 0", "pam_succeed_if.so service = test"),
    *("pam_succeed_if.so user in local:system", "pam_succeed_if.so shell =~ *sh"),
    *("pam_faillock.so preauth", "pam_faillock.so authfail", "pam_faillock.so authsucc"),
    *("pam_faillock.so authfail local_users_only", "pam_faillock.so preauth even_deny_root"),
    *("pam_wheel.so trust", "pam_wheel.so deny", "pam_wheel.so root_only use_uid"),
    "pam_listfile.so item=user sense=allow file=/list onerr=succeed",
    "pam_listfile.so item=user sense=deny file=/nothing onerr=fail",
)
_CONTROLS = (
    *("required", "requisite", "sufficient", "optional", "[success=1 default=ignore]"),
    *("[success=ok default=1]", "[success=done user_unknown=2 default=ignore]"),
    *("[default=die ignore=ignore]", "[success=die default=ignore]", "[auth_err=ok default=bad]"),
    *("[success=ok perm_denied=reset default=die]", "[success=reset default=ok]"),
)
_CLAIMS = (
    *("always-refuses", "no-grant-without-proof", "wrong-password-never-grants"),
    *("needs-pam_unix", "root-can-never-get-in", "local-can-never-get-in"),
    *("directory-can-never-get-in", "system-can-never-get-in", "locked-is-refused"),
)


def _policy(draw: random.Random) -> dict[str, str]:
    def lines(most: int) -> str:
        drawn = (
            f"auth {draw.choice(_CONTROLS)} {draw.choice(_LINES)}\n"
            for _ in range(draw.randint(1, most))
        )
        return "".join(drawn)

    middle = draw.choice(("", "auth substack inner\n", "auth include inner\n", "auth requird x\n"))
    return {"test": lines(4) + middle + lines(2), "inner": lines(3)}


def _trial(texts: dict[str, str], day: dict[str, str]) -> Trial:
    users = [account(name, uid) for name, uid in _UIDS.items()]
    caller = 0 if day["caller"] == "root" else 1000
    files: dict[str, str | bytes | OSError] = {
        "/etc/passwd": "root:x:\nsystem:x:\nlocal:x:\n",
        "/list": "local\nroot\n",
    }
    if day["nologin"] == "yes":
        files["/etc/nologin"] = "closed\n"
    world = memory_world(users=users, files=files, process=StandInProcess(uid=caller, euid=0))
    assert isinstance(world.tallies, MemoryTallies)
    if day["locked"] == "yes":
        for name in _UIDS:
            failures = (Failure(1_699_999_999, "tty1"),) * 9
            world.tallies.kept["/var/run/faillock", name] = failures
    world = world.changed(accounts=MemoryAccounts(users, remote=["directory"]))
    name = day["user"] if day["user"] in _UIDS else "nobody-here"
    return Trial(texts, *_MODULES, world=world, user=name, conversation=_answers)


def _answers(messages: tuple[Message, ...]) -> list[str | None]:
    return ["wrong" if message.wants_answer else None for message in messages]


def _days() -> list[dict[str, str]]:
    names = ("user", "caller", "nologin", "locked")
    kinds = (*_UIDS, "nobody"), ("other", "root"), ("no", "yes"), ("no", "yes")
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*kinds)]


def _speaks_of(name: str, day: dict[str, str], trial: Trial) -> bool:
    """Whether a claim says that a run like this one, with a wrong password, lets nobody in."""
    answers = {step.link.module: step.answer for step in trial.core.runs[-1].steps}
    is_trusted = answers.get("pam_rootok.so") == ReturnCode.SUCCESS
    if name.endswith("-can-never-get-in"):
        # It is about the right password: whoever was asked for one says something else.
        usual = day["caller"] == "other" and day["locked"] == day["nologin"] == "no"
        return usual and name.startswith(day["user"]) and "pam_unix.so" not in answers
    if name == "locked-is-refused":
        is_meant = day["user"] == "local" and day["locked"] == "yes" and day["caller"] == "other"
        return is_meant and not is_trusted
    if name == "wrong-password-never-grants":
        return day["caller"] == "other" and not is_trusted
    return name != "no-grant-without-proof" or not is_trusted


def test_nothing_is_proved_that_the_modules_themselves_break() -> None:
    draw = random.Random(int(os.environ.get("PAMKIT_SEED", "1")))
    odd = []
    for _ in range(POLICIES):
        texts = _policy(draw)
        made = chains(texts["test"], inner=texts["inner"])
        claims = [claim for claim in map(claim_named, _CLAIMS) if claim is not None]
        results = verify_all(claims, made, declarations)
        proved = [result.claim.name for result in results if result.holds]
        for day in _days() if proved else ():
            trial = _trial(texts, day)
            if trial.call(Primitive.AUTHENTICATE) != ReturnCode.SUCCESS:
                continue
            odd += [(name, day, texts) for name in proved if _speaks_of(name, day, trial)]
    assert odd == []
