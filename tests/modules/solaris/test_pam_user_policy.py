"""pam_user_policy: the policy that users have of their own."""

from __future__ import annotations

from typing import Any

import pytest

from pamkit.module.call import ModuleCall
from pamkit.module.evaluation import evaluate
from pamkit.module.registry import Module, module_from
from pamkit.module.world import FileStatus, World
from pamkit.modules.solaris import pam_user_policy
from pamkit.policy.compile import compiled_to_run
from pamkit.policy.dialect import dialect_named
from pamkit.policy.source import Layout, MemorySource
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, Primitive, word
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.seeds.probe import Probe

_C = ReturnCode
_OWN = "/etc/security/pam_policy/own"
_USERS = {"/etc/user_attr": "alice::::type=normal;pam_policy=own\n"}

# The user's own policy comes first; who has none is refused by what is behind it.
_POLICY = "".join(
    f"{facility} definitive pam_user_policy.so.1\n{facility} required pam_behind.so.1\n"
    for facility in ("auth", "account", "session", "password")
)


def _world(own: str, **more: str | bytes | OSError) -> World:
    places = {"users": "/etc/user_attr", "conf": "/etc/security/policy.conf"}
    named: dict[str, str | bytes | OSError] = {places[name]: data for name, data in more.items()}
    return memory_world(files={_OWN: own, **_USERS, **named})


def _trial(
    world: World,
    *probes: Probe,
    policy: str = _POLICY,
    user: str | None = "alice",
    dialect: str = "solaris",
    script: Script | None = None,
    quirks: frozenset[str] = frozenset(),
    own: Module | None = None,
    **settings: Any,
) -> Trial:
    modules: list[Module] = [
        own or module_from(pam_user_policy),
        *(probe.module for probe in probes),
    ]
    if all(module.name != "pam_behind" for module in modules):
        modules.append(_Refusing("pam_behind").module)
    spoken, layout = dialect_named(dialect), Layout(confdir="/etc/pam.d")
    source = MemorySource({"/etc/pam.d/test": policy, "/etc/pam.d/other": policy})
    kept = compiled_to_run("test", source, layout=layout, dialect=spoken, quirks=quirks)
    return Trial(
        policy,
        *modules,
        load=lambda _: kept,  # as on a machine whose files stay what they are
        world=world,
        user=user,
        dialect=dialect,
        conversation=script,
        quirks=quirks,
        **settings,
    )


def log_of(world: World) -> list[str]:
    """Return what the module wrote to the log."""
    assert isinstance(world.log, MemoryLog)
    texts = [text for text in world.log.texts if text.startswith("pam_user_policy(")]
    return [text.partition("): ")[2] for text in texts]


class _Refusing(Probe):
    """Says no to everything."""

    def answer(self, primitive: Primitive, flags: int) -> ReturnCode:
        return _C.PERM_DENIED


def _lines(text: str) -> str:
    """Return lines for every facility."""
    return "".join(text.format(word(each)) for each in sorted(set(FACILITY_OF.values())))


@pytest.mark.parametrize("primitive", Primitive)
def test_the_users_own_policy_takes_the_place_of_what_is_behind(primitive: Primitive) -> None:
    one, behind = Probe("pam_one"), _Refusing("pam_behind")
    trial = _trial(_world(_lines("other {} required pam_one.so.1\n")), one, behind)
    assert trial.call(primitive) is _C.SUCCESS
    assert set(one.primitives) == {primitive}
    assert behind.asked == []


@pytest.mark.parametrize("primitive", Primitive)
def test_who_has_none_gets_what_is_behind(primitive: Primitive) -> None:
    one, behind = Probe("pam_one"), Probe("pam_behind")
    world = _world(_lines("other {} required pam_one.so.1\n"))
    trial = _trial(world, one, behind, user="bob")
    assert trial.call(primitive) is _C.SUCCESS
    assert one.asked == []
    assert set(behind.primitives) == {primitive}


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("test account required pam_yes.so.1\nother account required pam_no.so.1\n", _C.SUCCESS),
        ("other account required pam_no.so.1\n", _C.ACCT_EXPIRED),
        ("su account required pam_yes.so.1\nother account required pam_no.so.1", _C.ACCT_EXPIRED),
        ("other account optional pam_ignore.so.1\n", _C.ACCT_EXPIRED),  # what is told by default
        ("other account sufficient pam_yes.so.1\nother account required pam_no.so.1\n", _C.SUCCESS),
        ("other account definitive pam_no.so.1\n", _C.ACCT_EXPIRED),
    ],
)
def test_what_it_says_of_the_service_counts_or_of_other(own: str, expected: ReturnCode) -> None:
    yes, no = Probe("pam_yes"), Probe("pam_no", acct_mgmt=_C.ACCT_EXPIRED)
    ignore = Probe("pam_ignore", acct_mgmt=_C.IGNORE)
    assert _trial(_world(own), yes, no, ignore).acct_mgmt() is expected


@pytest.mark.parametrize(
    ("control", "expected"),
    [("sufficient", _C.SUCCESS), ("binding", _C.SUCCESS), ("required", _C.PERM_DENIED)],
)
def test_nothing_in_it_ends_the_chain_around_it(control: str, expected: ReturnCode) -> None:
    policy = f"account {control} pam_user_policy.so.1\naccount required pam_behind.so.1\n"
    own = "other account binding pam_yes.so.1\nother account required pam_no.so.1\n"
    trial = _trial(_world(own), Probe("pam_yes"), _Refusing("pam_no"), policy=policy)
    assert trial.acct_mgmt() is expected


def test_a_refusal_in_it_goes_on_where_the_line_says_so() -> None:
    policy = "account optional pam_user_policy.so.1\naccount required pam_yes.so.1\n"
    own = "other account requisite pam_no.so.1\n"
    trial = _trial(_world(own), Probe("pam_yes"), _Refusing("pam_no"), policy=policy)
    assert trial.acct_mgmt() is _C.SUCCESS


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("other auth required pam_one.so.1\n", "it has no lines for this call"),
        ("", "the file is empty"),
        ("other account required\n", "the line names no module"),
        ("other account requierd pam_one.so.1\n", "control `requierd` is unknown"),
        ("other account optional pam_one.so.1 " + "x" * 300, "longer than 255 bytes"),
        ("su account required pam_one.so.1\n", "there is no policy for the service `test`"),
        ("other account include /etc/gone\n", ""),
        ("\0", "the line holds nothing but blanks"),
        ("other account required pam_o\0ne.so.1\n", ""),
        ("other account required pam_gone.so.1\n", ""),
        ("other account optional pam_gone.so.1\nother account required pam_one.so.1\n", ""),
    ],
)
def test_a_policy_that_says_nothing_clear_refuses(own: str, said: str) -> None:
    world = _world(own)
    trial = _trial(world, Probe("pam_one"), Probe("pam_behind"))
    code = trial.acct_mgmt()
    is_missing = "pam_gone" in own or "\0n" in own
    assert code is (_C.OPEN_ERR if is_missing else _C.SYSTEM_ERR)
    assert said in "\n".join(log_of(world))


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (FileStatus("file", 0o664), "mode 0664"),
        (FileStatus("file", 0o646), "mode 0646"),
        (FileStatus("file", 0o644, uid=1000), "belongs to user 1000"),
        (FileStatus("link", 0o777), "no file, but a link"),
    ],
)
@pytest.mark.parametrize("is_included", [False, True])
def test_a_policy_that_others_could_have_written_refuses(
    status: FileStatus, said: str, *, is_included: bool
) -> None:
    yes = "other account required pam_yes.so.1\n"
    own = "other account include /etc/more\n" if is_included else yes
    world = memory_world(files={_OWN: own, "/etc/more": yes, **_USERS})
    files = world.files
    assert isinstance(files, MemoryFiles)
    trial = _trial(world, Probe("pam_yes"), Probe("pam_behind"))
    assert trial.acct_mgmt() is _C.SUCCESS
    files.statuses["/etc/more" if is_included else _OWN] = status
    assert trial.acct_mgmt() is _C.SYSTEM_ERR
    assert is_included or said in log_of(world)[-1]


@pytest.mark.parametrize(
    "value",
    ["gone", "/etc/gone", "../../../tmp/x", "/tmp/../etc/security/pam_policy/own", "own/", "a/b"],
)
def test_a_policy_that_is_named_and_not_there_refuses(value: str) -> None:
    own = "other account required pam_yes.so.1\n"
    world = _world(own, users=f"alice::::pam_policy={value}\n")
    files = world.files
    assert isinstance(files, MemoryFiles)
    files.files["/tmp/x"] = own.encode()
    assert _trial(world, Probe("pam_yes"), Probe("pam_behind")).acct_mgmt() is _C.SYSTEM_ERR


@pytest.mark.parametrize(
    "path", ["/etc/user_attr", "/etc/security/policy.conf", "/etc/security/prof_attr"]
)
def test_a_table_that_cannot_be_read_refuses(path: str) -> None:
    users = "bob::::profiles=One\n"
    files: dict[str, str | bytes | OSError] = {"/etc/user_attr": users}
    files[path] = PermissionError(13, "Permission denied", path)
    world = memory_world(files=files)
    trial = _trial(world, Probe("pam_behind"), user="bob")
    assert trial.acct_mgmt() is _C.SYSTEM_ERR
    assert log_of(world) == [f"cannot read {path}: Permission denied"]


def test_tables_are_read_in_parts_as_well() -> None:
    own = "other account required pam_yes.so.1\n"
    files: dict[str, str | bytes | OSError] = {
        _OWN: own,
        "/etc/user_attr": "alice::::type=normal\n",
        "/etc/user_attr.d/.hidden": "alice::::pam_policy=gone\n",
        "/etc/user_attr.d/more": "alice::::profiles=Mine\n",
        "/etc/security/prof_attr.d/mine": "Mine:::words:pam_policy=own\n",
    }
    world = memory_world(files=files)
    assert _trial(world, Probe("pam_yes")).acct_mgmt() is _C.SUCCESS


def test_authenticate_asks_for_the_name_and_the_others_do_not() -> None:
    own = _lines("other {} required pam_yes.so.1\n")
    script = Script(visible("Please enter user name: ", "alice"))
    trial = _trial(_world(own), Probe("pam_yes"), user=None, script=script)
    assert trial.acct_mgmt() is _C.USER_UNKNOWN
    assert trial.authenticate() is _C.SUCCESS
    assert trial.handle.texts[Item.USER] == "alice"


@pytest.mark.parametrize("answer", ["", None])
def test_without_a_name_nobody_is_let_in(answer: str | None) -> None:
    own = "other auth required pam_yes.so.1\n"
    script = Script(visible("Please enter user name: ", answer))
    world = _world(own, conf="PAM_POLICY=own\n")
    trial = _trial(world, Probe("pam_yes"), user=None, script=script)
    assert trial.authenticate() is _C.USER_UNKNOWN


def test_a_policy_that_names_the_module_again_refuses() -> None:
    own = "other account required pam_user_policy.so.1\n"
    world = _world(own)
    assert _trial(world, Probe("pam_behind")).acct_mgmt() is _C.SYSTEM_ERR
    assert log_of(world) == [
        f"`{_OWN}' is not evaluated: a policy is being evaluated already",
        f"`{_OWN}' comes to system_err: pam_user_policy.so.1 system_err",
    ]


def test_the_next_call_evaluates_it_again() -> None:
    trial = _trial(_world(_lines("other {} required pam_yes.so.1\n")), Probe("pam_yes"))
    assert [trial.authenticate(), trial.acct_mgmt(), trial.setcred()] == [_C.SUCCESS] * 3


def test_setcred_grants_nothing_behind_a_refusal_in_it() -> None:
    one = Probe("pam_one", authenticate=_C.AUTH_ERR)
    trial = _trial(_world("other auth required pam_one.so.1\n"), one)
    assert trial.authenticate() is _C.AUTH_ERR
    assert trial.setcred(Flag.ESTABLISH_CRED) is _C.PERM_DENIED
    assert one.primitives == [Primitive.AUTHENTICATE]


def test_flags_reach_its_modules_and_both_passes_come_to_them() -> None:
    one = Probe("pam_one")
    trial = _trial(_world("other password required pam_one.so.1\n"), one)
    assert trial.chauthtok(Flag.SILENT) is _C.SUCCESS
    assert one.flags_of(Primitive.CHAUTHTOK) == [
        Flag.SILENT | Flag.PRELIM_CHECK,
        Flag.SILENT | Flag.UPDATE_AUTHTOK,
    ]


@pytest.mark.parametrize(
    ("quirk", "code", "asked"), [("", _C.AUTHTOK_ERR, 0), ("update-unchecked", _C.SUCCESS, 1)]
)
def test_who_was_not_asked_to_check_may_not_store(quirk: str, code: ReturnCode, asked: int) -> None:
    # The first pass ends before the second line; the second pass does not.
    own = "other password sufficient pam_one.so.1\nother password required pam_two.so.1\n"
    one, two = _Changeable("pam_one"), Probe("pam_two")
    quirks = frozenset({quirk} if quirk else ())
    trial = _trial(_world(own), one, two, quirks=quirks)
    assert trial.chauthtok() is code
    assert len(two.asked) == asked


class _Changeable(Probe):
    """Agrees to the check and does not store."""

    def answer(self, primitive: Primitive, flags: int) -> ReturnCode:
        return _C.AUTHTOK_ERR if flags & Flag.UPDATE_AUTHTOK else _C.SUCCESS


def test_a_policy_that_changes_between_the_passes_stores_nothing() -> None:
    world = _world("other password required pam_one.so.1\n")
    files = world.files
    assert isinstance(files, MemoryFiles)

    class Swapping(Probe):
        """Puts another policy there when it was asked."""

        def answer(self, primitive: Primitive, flags: int) -> ReturnCode:
            assert isinstance(files, MemoryFiles)
            files.files[_OWN] = b"other password required pam_two.so.1\n"
            return _C.SUCCESS

    two = Probe("pam_two")
    assert _trial(world, Swapping("pam_one"), two).chauthtok() is _C.AUTHTOK_ERR
    assert two.asked == []


def test_the_check_of_an_earlier_change_does_not_count() -> None:
    world = _world("other password required pam_one.so.1\n")
    files = world.files
    assert isinstance(files, MemoryFiles)
    others = FileStatus("file", 0o664)

    class Mending(Probe):
        """Puts the file in order while the new password is checked."""

        def answer(self, primitive: Primitive, flags: int) -> ReturnCode:
            assert isinstance(files, MemoryFiles)
            files.statuses.pop(_OWN, None)
            return _C.SUCCESS

    policy = "password optional pam_user_policy.so.1\npassword required pam_mend.so.1\n"
    one = Probe("pam_one")
    trial = _trial(world, one, Mending("pam_mend"), policy=policy)
    assert trial.chauthtok() is _C.SUCCESS
    assert len(one.asked) == 2
    files.statuses[_OWN] = others
    assert trial.chauthtok() is _C.SUCCESS
    assert len(one.asked) == 2


def test_a_module_that_wants_to_wait_refuses() -> None:
    one = Probe("pam_one", acct_mgmt=_C.INCOMPLETE)
    world = _world("other account required pam_one.so.1\n")
    assert _trial(world, one).acct_mgmt() is _C.SYSTEM_ERR
    assert "cannot be waited for" in log_of(world)[-1]


def test_a_call_that_was_cut_off_leaves_nothing_behind() -> None:
    class Cut(Probe):
        """Is cut off the first time."""

        def answer(self, primitive: Primitive, flags: int) -> ReturnCode:
            if len(self.asked) == 1:
                raise KeyboardInterrupt
            return _C.SUCCESS

    trial = _trial(_world("other account required pam_one.so.1\n"), Cut("pam_one"))
    with pytest.raises(KeyboardInterrupt):
        trial.acct_mgmt()
    assert trial.acct_mgmt() is _C.SUCCESS


def test_the_hook_goes_on_with_its_own_call() -> None:
    seen = []

    async def hook(call: ModuleCall[Any]) -> int:
        code = await evaluate(call, _OWN)
        seen.append(trial.handle.current is call)
        return code

    module = module_from(pam_user_policy).changed(hooks={Primitive.ACCT_MGMT: hook})
    world = _world("other account required pam_one.so.1\n")
    trial = _trial(world, Probe("pam_one"), own=module)
    assert trial.acct_mgmt() is _C.SUCCESS
    assert seen == [True]


def test_linux_has_no_such_policies() -> None:
    world = _world("other account required pam_yes.so.1\n")
    trial = _trial(
        world, Probe("pam_yes"), policy="account required pam_user_policy.so\n", dialect="linux"
    )
    assert trial.acct_mgmt() is _C.SYSTEM_ERR


def test_why_a_policy_refuses_is_logged_and_who_watches_hears_of_the_line_alone() -> None:
    heard = []
    world = _world("other account optional pam_odd.so.1\nother account required pam_no.so.1\n")
    odd = Probe("pam_odd", acct_mgmt=ReturnCode(2000))
    trial = _trial(
        world, odd, _Refusing("pam_no"), watch=lambda _, step: heard.append(step.link.module)
    )
    assert trial.acct_mgmt() is _C.PERM_DENIED
    assert heard == ["pam_user_policy.so.1"]
    said = "pam_odd.so.1 2000, pam_no.so.1 perm_denied"
    assert log_of(world) == [f"`{_OWN}' comes to perm_denied: {said}"]


def test_what_decides_is_logged_where_that_is_asked_for() -> None:
    world = _world("other account required pam_yes.so.1\n")
    policy = "account definitive pam_user_policy.so.1 debug\n"
    assert _trial(world, Probe("pam_yes"), policy=policy).acct_mgmt() is _C.SUCCESS
    assert isinstance(world.log, MemoryLog)
    assert log_of(world) == [f"`{_OWN}' decides for alice"]
