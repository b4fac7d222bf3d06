from pamkit.modules import pam_warn
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item


def _log_of(trial: Trial) -> MemoryLog:
    assert isinstance(trial.world.log, MemoryLog)
    return trial.world.log


def test_the_line_says_who_asked_for_what_from_where() -> None:
    items = {Item.TTY: "tty1", Item.RUSER: "eve", Item.RHOST: "far"}
    trial = Trial("session required pam_warn.so", pam_warn, world=memory_world(), items=items)
    trial.open_session(Flag.SILENT)
    assert _log_of(trial).lines[0] == (
        5,
        "pam_warn(test:session): function=[pam_sm_open_session] flags=0x8000"
        " service=[test] terminal=[tty1] user=[alice] ruser=[eve] rhost=[far]",
    )


def test_what_is_not_known_is_written_as_unknown() -> None:
    trial = Trial("auth required pam_warn.so", pam_warn, world=memory_world(), user=None)
    trial.authenticate()
    assert _log_of(trial).texts[0] == (
        "pam_warn(test:auth): function=[pam_sm_authenticate] flags=0 service=[test]"
        " terminal=[<unknown>] user=[<unknown>] ruser=[<unknown>] rhost=[<unknown>]"
    )


def test_it_has_no_say() -> None:
    assert Trial("auth sufficient pam_warn.so", pam_warn).authenticate() == ReturnCode.PERM_DENIED
