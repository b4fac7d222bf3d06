"""Who may come in from where, and what happens when that cannot be told."""

from collections.abc import Mapping

import pytest

from pamkit.module.world import FileStatus, Group, World
from pamkit.modules import pam_access
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.network import MemoryNetwork
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_TABLE = "/etc/security/access.conf"
_OWN = "/etc/own.conf"
_SILENT = OSError(5, "Temporary failure in name resolution")
_CLOSED = PermissionError(13, "Permission denied")

SUCCESS, PERM_DENIED = ReturnCode.SUCCESS, ReturnCode.PERM_DENIED


def _world(
    files: Mapping[str, bytes | str | OSError],
    *,
    hosts: Mapping[str, tuple[str, ...] | OSError] | None = None,
    process: StandInProcess | None = None,
) -> World:
    return memory_world(
        users=[account("alice"), account("bob", 1001), account("root", 0)],
        groups=[Group("wheel", 10, ("alice",)), Group("bob", 1001, ())],
        files=files,
        process=process,
        network=MemoryNetwork(hosts),
    )


def _trial(
    table: str | None,
    args: str = "",
    *,
    world: World | None = None,
    user: str | None = "alice",
    host: str | None = None,
    tty: str | None = "/dev/tty1",
    conversation: Script | None = None,
) -> Trial:
    words = ("auth", "account", "password", "session")
    given = {Item.RHOST: host, Item.TTY: tty}
    return Trial(
        "".join(f"{word} required pam_access.so {args}\n" for word in words),
        pam_access,
        world=world or _world({} if table is None else {_TABLE: table}),
        user=user,
        service="cron",
        items={item: value for item, value in given.items() if value is not None},
        conversation=conversation,
    )


def _log(trial: Trial) -> list[tuple[int, str]]:
    log = trial.world.log
    assert isinstance(log, MemoryLog)
    head = "pam_access(cron:account): "
    return [(priority, text.removeprefix(head)) for priority, text in log.lines]


def _asked(trial: Trial) -> list[str]:
    network = trial.world.network
    assert isinstance(network, MemoryNetwork)
    return network.asked


# --- Linux-PAM's own xtests access1 to access4 --------------------------------------------------

_XTEST = "-:ALL EXCEPT (tstpamaccess) tstpamaccess3 :LOCAL\n-:ALL:127.0.0.1\n"


@pytest.mark.parametrize(
    ("number", "host", "expected"),
    [
        (1, None, SUCCESS),
        (2, None, PERM_DENIED),
        (3, None, SUCCESS),
        (4, None, PERM_DENIED),
        (4, "www.example.com", SUCCESS),
        (4, "localhost", PERM_DENIED),
    ],
)
def test_xtest_access(number: int, host: str | None, expected: ReturnCode) -> None:
    names = [f"tstpamaccess{each}" for each in range(1, 5)]
    world = memory_world(
        users=[account(name, 2000 + at) for at, name in enumerate(names)],
        groups=[Group("tstpamaccess", 3000, ("tstpamaccess1",))],
        files={_TABLE: _XTEST},
        network=MemoryNetwork(
            {"www.example.com": ("198.51.100.1",), "localhost": ("127.0.0.1", "::1")}
        ),
    )
    trial = _trial(None, "nodefgroup", world=world, user=names[number - 1], host=host)
    assert expected == trial.authenticate()


# --- what decides -------------------------------------------------------------------------------


@pytest.mark.parametrize("primitive", [p for p in Primitive if p is not Primitive.SETCRED])
def test_every_hook_asks_the_table(primitive: Primitive) -> None:
    assert _trial("+:alice:tty1\n-:ALL:ALL\n").call(primitive) == SUCCESS
    assert _trial("+:bob:tty1\n-:ALL:ALL\n").call(primitive) == PERM_DENIED


def test_setcred_has_no_say() -> None:
    world = _world({_TABLE: "-:ALL:ALL\n"})
    policy = "auth [ignore=ignore default=die] pam_access.so\nauth required pam_access.so\n"
    trial = Trial(policy, pam_access, world=world)
    assert trial.setcred() == PERM_DENIED  # what libpam makes of a chain that only ignores
    assert world.log == trial.world.log
    assert _log(trial) == []


def test_the_first_line_that_matches_decides() -> None:
    assert _trial("+:alice:ALL\n-:alice:ALL\n").acct_mgmt() == SUCCESS
    assert _trial("-:alice:ALL\n+:alice:ALL\n").acct_mgmt() == PERM_DENIED
    assert _trial("-:bob:ALL\n-:alice:tty2\n+:alice:tty1\n-:ALL:ALL\n").acct_mgmt() == SUCCESS


@pytest.mark.parametrize("table", ["", "# nothing\n", "-:bob:ALL\n", None])
def test_whom_no_line_is_about_may_come_in(table: str | None) -> None:
    assert _trial(table).acct_mgmt() == SUCCESS


def test_a_refusal_is_logged_unless_that_is_not_wanted() -> None:
    line = (Priority.ERR, "access denied for user `alice' from `tty1'")
    trial = _trial("-:ALL:ALL\n")
    assert (trial.acct_mgmt(), _log(trial)) == (PERM_DENIED, [line])
    trial = _trial("-:ALL:ALL\n", "quiet_log noaudit")
    assert (trial.acct_mgmt(), _log(trial)) == (PERM_DENIED, [])


def test_the_audit_is_told_of_a_line_that_denies_unless_that_is_not_wanted() -> None:
    for args, host, expected in (
        ("", "far", [(2104, "PAM:pam_access", "alice", "far", "/dev/tty1", True)]),
        ("quiet_log", None, [(2104, "PAM:pam_access", "alice", None, "/dev/tty1", True)]),
        ("noaudit", "far", []),
    ):
        trial = _trial("-:ALL:ALL\n", args, host=host)
        assert trial.acct_mgmt() == PERM_DENIED
        assert isinstance(trial.world.audit, MemoryAudit)
        assert expected == trial.world.audit.records
    for allowed in (_trial("+:alice:ALL\n-:ALL:ALL\n"), _trial("-:bob:ALL\n")):
        assert allowed.acct_mgmt() == SUCCESS
        assert isinstance(allowed.world.audit, MemoryAudit)
        assert allowed.world.audit.records == []


def test_a_user_may_be_a_number_a_group_or_a_netgroup() -> None:
    world = _world({_TABLE: "+:1000:tty1\n+:(10):tty2\n+:bob:tty3\n+:@people:tty4\n-:ALL:ALL\n"})
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.netgroups.add(("people", None, "bob"))
    outcomes = {
        (user, tty): _trial(None, world=world, user=user, tty=tty).acct_mgmt() == SUCCESS
        for user in ("alice", "bob")
        for tty in ("tty1", "tty2", "tty3", "tty4")
    }
    assert {place for place, entered in outcomes.items() if entered} == {
        ("alice", "tty1"),
        ("alice", "tty2"),
        ("bob", "tty3"),
        ("bob", "tty4"),
    }


def test_a_primary_group_counts_and_a_bare_name_may_not() -> None:
    table = "+:wheel:tty1\n+:(bob):tty1\n-:ALL:ALL\n"
    assert _trial(table).acct_mgmt() == SUCCESS
    assert _trial(table, "nodefgroup").acct_mgmt() == PERM_DENIED
    assert _trial(table, "nodefgroup", user="bob").acct_mgmt() == SUCCESS
    assert _trial(table, user="root").acct_mgmt() == PERM_DENIED


def test_netgroups_are_those_of_this_machines_domain() -> None:
    process = StandInProcess(host_name="web", domain_name="example")
    world = _world({_TABLE: "-:@@people:ALL\n"}, process=process)
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.netgroups.add(("people", "web", "alice"))
    trial = _trial(None, "debug", world=world)
    assert trial.acct_mgmt() == PERM_DENIED
    assert world.accounts.domain == "example"
    said = "netgroup_match: 1 (netgroup=people, machine=web, user=alice, domain=example)"
    assert (Priority.DEBUG, said) in _log(trial)


def test_a_rule_may_be_for_one_machine() -> None:
    for machine, expected in (("web", PERM_DENIED), ("db", SUCCESS)):
        process = StandInProcess(host_name=machine)
        world = _world({_TABLE: "-:alice@web:ALL\n"}, process=process)
        assert expected == _trial(None, world=world).acct_mgmt()


# --- where from ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "tty", "terminal", "expected"),
    [
        ("far", "tty1", "/dev/tty2", "far"),
        ("", "tty1", "/dev/tty2", "tty1"),
        (None, "/dev/pts/3", "", "pts/3"),
        (None, "/console", "", "console"),
        (None, ":0", "", ":0"),
        (None, "", "/dev/tty2", ""),
        (None, None, "/dev/tty2", "tty2"),
        (None, None, "", "cron"),
    ],
)
def test_the_origin_is_host_or_terminal_or_service(
    host: str | None, tty: str | None, terminal: str, expected: str
) -> None:
    world = _world({_TABLE: "-:ALL:ALL\n"}, process=StandInProcess(terminal=terminal))
    trial = _trial(None, world=world, host=host, tty=tty)
    assert trial.acct_mgmt() == PERM_DENIED
    assert _log(trial) == [(Priority.ERR, f"access denied for user `alice' from `{expected}'")]


def test_the_terminal_on_standard_input_is_kept() -> None:
    world = _world({}, process=StandInProcess(terminal="/dev/pts/7"))
    trial = _trial(None, world=world, tty=None)
    trial.acct_mgmt()
    assert trial.handle.texts[Item.TTY] == "/dev/pts/7"


def test_a_service_as_origin_is_remarked_upon() -> None:
    trial = _trial("-:ALL:cron\n", "debug", tty=None)
    assert trial.acct_mgmt() == PERM_DENIED
    said = "cannot determine tty or remote hostname, using service cron"
    assert _log(trial)[0] == (Priority.DEBUG, said)


# --- names that cannot be told (CVE-2018-17953, CVE-2022-28321, CVE-2024-10963) -----------------

_FAILURES = {
    "no such host": FileNotFoundError(2, "Name or service not known"),
    "no address": FileNotFoundError(2, "No address associated with hostname"),
    "no answer": _SILENT,
    "refused": OSError(5, "Non-recoverable failure in name resolution"),
    "out of memory": OSError(5, "Memory allocation failure"),
}

_ADDRESS_RULES = ("192.0.2.7", "192.0.2.0/24", "192.0.2.0/255.255.255.0", "192.0.", "2001:db8::/32")


@pytest.mark.parametrize("failure", _FAILURES)
@pytest.mark.parametrize("token", _ADDRESS_RULES)
def test_an_origin_that_cannot_be_looked_up_is_not_let_in_by_a_deny_rule(
    failure: str, token: str
) -> None:
    """CVE-2022-28321: who has no address in the DNS was let in where all of a network is not."""
    for table in (
        f"-:ALL:{token}\n",
        f"+:alice:{token}\n-:ALL:ALL\n",
        f"+:ALL:ALL EXCEPT {token}\n-:ALL:ALL\n",
    ):
        world = _world({_TABLE: table}, hosts={"evil": _FAILURES[failure]})
        assert _trial(None, world=world, host="evil").acct_mgmt() == PERM_DENIED


@pytest.mark.parametrize("failure", ["no answer", "refused", "out of memory"])
def test_a_host_in_a_rule_that_cannot_be_looked_up_grants_nothing(failure: str) -> None:
    """The decision between lock-out and let-in: while the DNS is out, others stay out.

    It keeps out only other machines, and only by rules with host names; the console is free.
    """
    hosts = {"bad.example.org": _FAILURES[failure]}
    for table in (
        "-:ALL:bad.example.org\n",
        "+:ALL:bad.example.org\n-:ALL:ALL\n",
        "+:ALL:ALL EXCEPT bad.example.org\n-:ALL:ALL\n",
    ):
        world = _world({_TABLE: table}, hosts=hosts)
        assert _trial(None, world=world, host="192.0.2.7").acct_mgmt() == PERM_DENIED
    world = _world({_TABLE: "-:ALL:bad.example.org\n"}, hosts=hosts)
    assert _trial(None, world=world).acct_mgmt() == SUCCESS
    assert _trial(None, "nodns", world=world, host="192.0.2.7").acct_mgmt() == SUCCESS


@pytest.mark.parametrize("failure", ["no such host", "no address"])
def test_a_host_in_a_rule_that_does_not_exist_is_nobody(failure: str) -> None:
    """The other half of the decision: a name that was given up locks nobody out for ever."""
    hosts = {"gone.example.org": _FAILURES[failure]}
    world = _world({_TABLE: "-:ALL:gone.example.org\n"}, hosts=hosts)
    trial = _trial(None, world=world, host="192.0.2.7")
    assert (trial.acct_mgmt(), _log(trial)) == (SUCCESS, [])


def test_what_cannot_be_told_is_logged_with_the_line_that_it_decides() -> None:
    table = "+:ALL:192.0.2.0/24\n-:ALL:bad.example.org\n"
    world = _world({_TABLE: table}, hosts={"far": _SILENT, "bad.example.org": _SILENT})
    trial = _trial(None, world=world, host="far")
    assert trial.acct_mgmt() == PERM_DENIED
    doubt = "whether it is met cannot be told, so it"
    assert _log(trial) == [
        (Priority.WARNING, "cannot look up `far`: Temporary failure in name resolution"),
        (Priority.WARNING, f"{_TABLE}: line 1: {doubt} does not grant"),
        (
            Priority.WARNING,
            "cannot look up `bad.example.org`: Temporary failure in name resolution",
        ),
        (Priority.WARNING, f"{_TABLE}: line 2: {doubt} denies"),
        (Priority.ERR, "access denied for user `alice' from `far'"),
    ]
    assert _asked(trial) == ["far", "bad.example.org"]  # each once


@pytest.mark.parametrize(
    "token", ["cron", "login", "tty1", "ttyS0", "console", "LOCAL", "NONE", ":0"]
)
@pytest.mark.parametrize("cased", [str, str.upper])
def test_a_host_with_the_name_of_a_service_or_terminal_is_not_let_in(
    token: str, cased: type[str]
) -> None:
    """CVE-2024-10963: `+:root:cron` means the service, whatever the DNS calls `cron`."""
    files = {
        _TABLE: f"+:alice:{token}\n-:ALL:ALL\n",
        "/etc/pam.d/login": "",
        "/usr/lib/pam.d/login": "",
    }
    world = _world(files, hosts={token: ("203.0.113.5",), cased(token): ("203.0.113.5",)})
    assert _trial(None, world=world, host="203.0.113.5").acct_mgmt() == PERM_DENIED
    assert _trial(None, "nodns", world=world, host="203.0.113.5").acct_mgmt() == PERM_DENIED


def test_the_same_name_keeps_a_host_of_that_name_out() -> None:
    files = {_TABLE: "-:alice:login\n", "/usr/lib/pam.d/login": ""}
    world = _world(files, hosts={"login": ("203.0.113.5",)})
    assert _trial(None, world=world, host="203.0.113.5").acct_mgmt() == PERM_DENIED
    assert _trial(None, world=world, host="203.0.113.6").acct_mgmt() == SUCCESS


def test_a_terminal_that_is_there_is_never_looked_up() -> None:
    world = _world({_TABLE: "-:alice:lp0 far\n"}, hosts={"lp0": ("203.0.113.5",)})
    assert isinstance(world.files, MemoryFiles)
    world.files.statuses["/dev/lp0"] = FileStatus("character")
    trial = _trial(None, world=world, host="203.0.113.5")
    assert (trial.acct_mgmt(), _asked(trial)) == (SUCCESS, ["far"])
    world.files.statuses["/dev/lp0"] = FileStatus("directory")
    assert _trial(None, world=world, host="203.0.113.5").acct_mgmt() == PERM_DENIED


@pytest.mark.parametrize(
    ("token", "inside", "outside"),
    [
        ("far", "192.0.2.7", "192.0.2.8"),
        ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
        ("192.0.2.0/24", "192.0.2.7", "192.0.3.7"),
        ("192.0.2.0/255.255.255.0", "192.0.2.7", "192.0.3.7"),
        ("192.0.2.", "192.0.2.7", "192.0.3.7"),
        ("2001:db8::/32", "2001:db8::7", "2001:db9::7"),
        (".example.org", "a.example.org", "a.example.com"),
        ("a.example.org", "a.example.org", "b.example.org"),
        ("@machines", "192.0.2.7", "192.0.2.8"),
        ("ALL EXCEPT far", "192.0.2.8", "192.0.2.7"),
    ],
)
def test_every_kind_of_rule_lets_in_and_keeps_out(token: str, inside: str, outside: str) -> None:
    """CVE-2018-17953: rules that silently were not applied."""
    hosts = {
        "far": ("192.0.2.7",),
        "a.example.org": ("198.51.100.1",),
        "b.example.org": ("198.51.100.2",),
        "a.example.com": ("198.51.100.3",),
    }
    outcomes = []
    for table in (f"+:alice:{token}\n-:ALL:ALL\n", f"-:alice:{token}\n"):
        for host in (inside, outside):
            world = _world({_TABLE: table}, hosts=hosts)
            assert isinstance(world.accounts, MemoryAccounts)
            world.accounts.netgroups.add(("machines", "192.0.2.7", None))
            outcomes.append(_trial(None, world=world, host=host).acct_mgmt())
    assert outcomes == [SUCCESS, PERM_DENIED, PERM_DENIED, SUCCESS]


# --- which tables -------------------------------------------------------------------------------


def test_the_distributions_table_counts_where_the_usual_one_is_missing() -> None:
    files = {"/usr/etc/security/access.conf": "-:ALL:ALL\n"}
    assert _trial(None, world=_world(files)).acct_mgmt() == PERM_DENIED
    files[_TABLE] = ""
    assert _trial(None, world=_world(files)).acct_mgmt() == SUCCESS


def test_the_directory_is_read_in_the_order_of_names_and_after_the_table() -> None:
    files = {
        _TABLE: "+:bob:ALL\n",
        "/etc/security/access.d/20.conf": "-:ALL:ALL\n",
        "/etc/security/access.d/30.conf": "+:ALL:ALL\n",
        "/usr/etc/security/access.d/10.conf": "+:root:ALL\n",
        "/usr/etc/security/access.d/20.conf": "+:alice:ALL\n",
        "/etc/security/access.d/.05.conf": "+:alice:ALL\n",
        "/etc/security/access.d/05.txt": "+:alice:ALL\n",
    }
    outcomes = [
        _trial(None, world=_world(files), user=user).acct_mgmt()
        for user in ("alice", "bob", "root")
    ]
    assert outcomes == [PERM_DENIED, SUCCESS, SUCCESS]


def test_every_file_of_the_directory_has_its_say() -> None:
    files = {f"/etc/security/access.d/{name}.conf": "-:bob:ALL\n" for name in "abc"}
    files["/etc/security/access.d/d.conf"] = "+:alice:ALL\n-:ALL:ALL\n"
    outcomes = [
        _trial(None, world=_world(files), user=user).acct_mgmt() for user in ("alice", "root")
    ]
    assert outcomes == [SUCCESS, PERM_DENIED]


def test_a_host_is_looked_up_once() -> None:
    world = _world(
        {_TABLE: "-:ALL:10. 11.0.0.0/8\n-:ALL:12.0.0.1\n"}, hosts={"far": ("192.0.2.7",)}
    )
    trial = _trial(None, world=world, host="far")
    assert (trial.acct_mgmt(), _asked(trial)) == (SUCCESS, ["far"])


def test_a_table_of_ones_own_stands_alone() -> None:
    files = {_OWN: "", _TABLE: "-:ALL:ALL\n", "/etc/security/access.d/1.conf": "-:ALL:ALL\n"}
    for own in (_OWN, f"/nowhere accessfile={_OWN}"):
        trial = _trial(None, f"accessfile={own}", world=_world(files))
        expected = ReturnCode.ABORT if "nowhere" in own else SUCCESS
        assert expected == trial.acct_mgmt()
    del files[_TABLE]
    files[_OWN] = "-:alice:ALL\n"
    assert _trial(None, f"accessfile={_OWN}", world=_world(files)).acct_mgmt() == PERM_DENIED


def test_a_missing_table_is_remarked_upon_and_the_directory_is_read() -> None:
    trial = _trial(None, world=_world({"/etc/security/access.d/a.conf": "-:ALL:ALL\n"}))
    assert trial.acct_mgmt() == PERM_DENIED
    missing = f"warning: cannot open {_TABLE}: No such file or directory"
    assert _log(trial)[0] == (Priority.WARNING, missing)


@pytest.mark.parametrize(
    "files",
    [
        {_TABLE: _CLOSED},
        {_TABLE: IsADirectoryError(21, "not a regular file")},
        {_TABLE: OSError(27, "the file has more than 16777216 bytes")},
        {_TABLE: _CLOSED, "/usr/etc/security/access.conf": "+:ALL:ALL\n"},
        {_TABLE: "", "/etc/security/access.d/a.conf": _CLOSED},
    ],
)
def test_a_table_that_cannot_be_read_lets_nobody_in(files: Mapping[str, str | OSError]) -> None:
    trial = _trial(None, world=_world(files))
    assert trial.acct_mgmt() == PERM_DENIED
    assert _log(trial)[0][0] == Priority.ERR
    assert _log(trial)[0][1].startswith("cannot open /etc/security/access.")


def test_a_directory_that_cannot_be_read_lets_nobody_in() -> None:
    class Closed(MemoryFiles):
        def names(self, path: str) -> tuple[str, ...]:
            raise _CLOSED

    trial = _trial(None, world=_world({}).changed(files=Closed({_TABLE: ""})))
    assert trial.acct_mgmt() == PERM_DENIED
    assert _log(trial)[0] == (Priority.ERR, "cannot open /etc/security/access.d: Permission denied")


@pytest.mark.parametrize("word", ["accessfile=/nowhere", "accessfile=", "accessfile=own.conf"])
def test_a_table_that_is_named_must_be_there(word: str) -> None:
    trial = _trial("+:ALL:ALL\n", word)
    assert trial.acct_mgmt() == ReturnCode.ABORT
    *_, opened, parsed = _log(trial)
    assert opened[1].startswith(f"failed to open accessfile=[{word[11:]}]: ")
    assert parsed == (Priority.ERR, "failed to parse the module arguments")


def test_a_word_that_is_unknown_is_logged_as_c_does() -> None:
    trial = _trial("", "nonsense")
    assert trial.acct_mgmt() == SUCCESS
    assert (Priority.ERR, "unrecognized option [nonsense]") in _log(trial)


def test_bad_lines_are_logged_and_passed_over() -> None:
    trial = _trial("nonsense\nx:ALL:ALL\n+:alice:ALL\n-:ALL:ALL\n")
    assert trial.acct_mgmt() == SUCCESS
    assert _log(trial) == [
        (Priority.ERR, f"{_TABLE}: line 1: bad field count"),
        (Priority.ERR, f"{_TABLE}: line 2: bad first field"),
    ]


def test_a_last_line_without_a_newline_shuts_and_never_opens() -> None:
    assert _trial("+:bob:ALL\n-:ALL:ALL").acct_mgmt() == PERM_DENIED
    assert _trial("+:alice:ALL").acct_mgmt() == SUCCESS  # no line is about anybody
    assert _trial("-:bob:ALL\n+:alice:ALL", user="bob").acct_mgmt() == PERM_DENIED


def test_separators_are_options() -> None:
    table = "+|alice jones;bob|host:0 x\n-|ALL|ALL\n"
    world = _world({_TABLE: table})
    args = "[fieldsep=|] [listsep=;]"
    for user, tty, expected in (
        ("bob", "host:0 x", SUCCESS),
        ("bob", "host:0", PERM_DENIED),
        ("alice", "host:0 x", PERM_DENIED),
    ):
        assert expected == _trial(None, args, world=world, user=user, tty=tty).acct_mgmt()


# --- who ----------------------------------------------------------------------------------------


def test_the_user_is_asked_for() -> None:
    with Script(visible("login:", "alice")) as script:
        trial = _trial("-:alice:ALL\n", user=None, conversation=script)
        assert trial.acct_mgmt() == PERM_DENIED


def test_nobody_and_somebody_unknown_stay_out() -> None:
    with Script(visible("login:", None)) as script:
        trial = _trial("", user=None, conversation=script)
        assert trial.acct_mgmt() == ReturnCode.USER_UNKNOWN
        assert _log(trial)[-1] == (Priority.NOTICE, "cannot determine user name")
    trial = _trial("+:ALL:ALL\n", user="ghost")
    assert (trial.acct_mgmt(), _log(trial)) == (ReturnCode.USER_UNKNOWN, [])


def test_an_account_database_that_cannot_be_read_lets_nobody_in() -> None:
    world = _world({_TABLE: "+:ALL:ALL\n"})
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert _trial(None, world=world).acct_mgmt() == ReturnCode.SERVICE_ERR


def test_a_group_that_cannot_be_looked_up_lets_nobody_in() -> None:
    class NoGroups(MemoryAccounts):
        def group(self, name: str) -> Group | None:
            raise OSError("the groups are broken")

    world = _world({_TABLE: "-:wheel:ALL\n"}).changed(accounts=NoGroups([account("alice")]))
    assert _trial(None, world=world).acct_mgmt() == ReturnCode.SERVICE_ERR


def test_an_ordinary_process_that_may_read_the_table_is_enough() -> None:
    world = _world({_TABLE: "-:bob:ALL\n"}, process=StandInProcess(uid=1000))
    assert _trial(None, world=world).acct_mgmt() == SUCCESS
    assert _trial(None, world=world, user="bob").acct_mgmt() == PERM_DENIED


def test_a_record_that_is_lost_is_logged_and_changes_nothing() -> None:
    trial = _trial("-:alice:ALL\n")
    assert isinstance(trial.world.audit, MemoryAudit)
    trial.world.audit.fault = OSError(105, "No buffer space", "audit_log_acct_message")
    assert trial.acct_mgmt() == PERM_DENIED
    said = "audit_log_acct_message() failed: No buffer space"
    assert _log(trial)[0] == (Priority.CRIT, said)
