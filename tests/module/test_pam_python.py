"""Modules for pam_python in the engine: the functions that are hooks, and `pamh`."""

from __future__ import annotations

from types import ModuleType

import pytest

from pamkit.module.pam_python import PamHandle, old_module
from pamkit.module.registry import Module
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, hidden, info, later, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.secret import Secret

PATH = "/lib/security/pam_old.py"


def old(text: str) -> Module:
    """Return the module in a text."""
    python = ModuleType("pam_old")
    exec(text, python.__dict__)  # noqa: S102  # the text is the test's own
    return old_module(python, PATH)


def body(*lines: str) -> Module:
    """Return a module that authenticates by these lines."""
    text = "\n    ".join(lines)
    return old(f"def pam_sm_authenticate(pamh, flags, argv):\n    {text}\n")


def trial(module: Module, *script: object, line: str = "", user: str | None = "alice") -> Trial:
    """Return a transaction whose `auth` line names the module by its path."""
    outside = StandInOutside()
    outside.files[PATH] = module
    return Trial(
        f"auth required pam_pamkit.so {line or PATH}",
        user=user,
        outside=outside,
        conversation=Script(*script),  # type: ignore[arg-type]  # lines of a script
        items={Item.RHOST: "there"},
    )


def test_items_are_attributes() -> None:
    module = body(
        "assert (pamh.user, pamh.rhost, pamh.tty) == ('alice', 'there', None)",
        "pamh.tty = 'tty1'; pamh.rhost = None; pamh.authtok_type = 'LDAP'",
        "pamh.authtok = 'token'; pamh.oldauthtok = None",
        "assert (pamh.tty, pamh.rhost, pamh.authtok) == ('tty1', None, 'token')",
        "return pamh.PAM_SUCCESS",
    )
    one = trial(module)
    assert one.authenticate() == ReturnCode.SUCCESS
    texts = one.handle.texts
    assert (texts[Item.TTY], texts[Item.AUTHTOK_TYPE]) == ("tty1", "LDAP")
    assert Item.RHOST not in texts


@pytest.mark.parametrize(
    "line",
    [
        "pamh.user = 5",
        "pamh.user = 'a\\0b'",
        "pamh.service = None",
        "pamh.authtok = b'bytes'",
        "pamh.authtok = 'a\\0b'",
        "pamh.env['A=B'] = 'x'",
        "pamh.env[''] = 'x'",
        "pamh.env['A'] = 5",
        "pamh.xauthdata",
        "pamh.conversation(pamh.Message(99, 'x'))",
        "pamh.conversation(pamh.Message(pamh.PAM_TEXT_INFO, 5))",
    ],
)
def test_what_cannot_be_done_raises_the_exception_of_the_handle(line: str) -> None:
    module = body(
        f"try: {line}",
        "except pamh.exception as refused: return refused.pam_result",
        "return pamh.PAM_SUCCESS",
    )
    assert trial(module).authenticate() in (ReturnCode.BAD_ITEM, ReturnCode.CONV_ERR)


@pytest.mark.parametrize("line", ["pamh.uesr = 'x'", "pamh.PAM_SUCCESS = 7"])
def test_an_attribute_that_is_none_is_an_error(line: str) -> None:
    assert trial(body(line, "return 0")).authenticate() == ReturnCode.SERVICE_ERR


def test_the_environment_is_a_mapping() -> None:
    module = body(
        "pamh.env['A'] = '1'; pamh.env['B'] = '2'; del pamh.env['A']",
        "assert 'A' not in pamh.env and 'B' in pamh.env and len(pamh.env) == 1",
        "assert list(pamh.env) == pamh.env.keys() == ['B'] and pamh.env.values() == ['2']",
        "assert pamh.env.items() == [('B', '2')] and pamh.env.get('A') is None",
        "try: pamh.env['A']",
        "except KeyError: del pamh.env['B'], pamh.env['A']",
    )
    one = trial(module)
    # What it raises last is raised: a name that is not set cannot be deleted.
    assert one.authenticate() == ReturnCode.SERVICE_ERR
    assert one.core.runs[0].steps[0].note.startswith("raised KeyError at pam_python.py:")
    assert one.handle.env == {}


def test_a_conversation_is_held_while_the_function_waits() -> None:
    module = body(
        "one = pamh.conversation(pamh.Message(pamh.PAM_PROMPT_ECHO_OFF, 'code: '))",
        "assert (one.resp, one.resp_retcode, one.ret_code) == ('1', 0, 0)",
        "two = pamh.conversation([pamh.Message(pamh.PAM_TEXT_INFO, 'wait'),"
        " pamh.Message(pamh.PAM_PROMPT_ECHO_ON, b'next: ')])",
        "return 0 if [r.resp for r in two] == [None, '2'] else 7",
    )
    script = hidden("code: ", "1"), info("wait"), visible("next: ", "2")
    assert trial(module, *script).authenticate() == ReturnCode.SUCCESS


def test_a_conversation_that_fails_raises() -> None:
    module = body(
        "try: pamh.conversation(pamh.Message(pamh.PAM_PROMPT_ECHO_OFF, 'code: '))",
        "except pamh.exception as refused: return refused.pam_result",
        "return pamh.PAM_SUCCESS",
    )
    broken = hidden("code: ", OSError())
    assert trial(module, broken).authenticate() == ReturnCode.CONV_ERR


def test_an_answer_that_comes_later_is_none() -> None:
    module = body(
        "try: pamh.conversation(pamh.Message(pamh.PAM_PROMPT_ECHO_OFF, 'code: '))",
        "except pamh.exception as refused: return refused.pam_result",
        "return pamh.PAM_SUCCESS",
    )
    not_yet = later(Style.PROMPT_ECHO_OFF, "code: ")
    assert trial(module, not_yet).authenticate() == ReturnCode.CONV_ERR


def test_the_user_is_asked_for() -> None:
    module = body("return 0 if pamh.get_user('who? ') == pamh.user == 'bob' else 7")
    one = trial(module, visible("who? ", "bob"), user=None)
    assert one.authenticate() == ReturnCode.SUCCESS
    module = body(
        "try: pamh.get_user()",
        "except pamh.exception as refused: return refused.pam_result",
        "return pamh.PAM_SUCCESS",
    )
    one = trial(module, visible("login:", OSError()), user=None)
    assert one.authenticate() == ReturnCode.CONV_ERR


def test_arguments_begin_with_the_path() -> None:
    module = body(f"return 0 if argv == [{PATH!r}, 'a', 'b=c'] and flags == 0 else 7")
    assert trial(module, line=f"{PATH} a b=c").authenticate() == ReturnCode.SUCCESS
    # Without a directory it lies where pam_python looks.
    assert trial(module, line="pam_old.py a b=c").authenticate() == ReturnCode.SUCCESS


def test_constants_are_those_of_the_headers() -> None:
    assert {
        name: getattr(PamHandle, name)
        for name in (
            *("PAM_SUCCESS", "PAM_AUTH_ERR", "PAM_IGNORE", "PAM_SILENT", "PAM_USER"),
            *("PAM_PROMPT_ECHO_OFF", "PAM_MAX_RESP_SIZE", "PAM_DATA_SILENT"),
        )
    } == {
        "PAM_SUCCESS": 0,
        "PAM_AUTH_ERR": 7,
        "PAM_IGNORE": 25,
        "PAM_SILENT": 0x8000,
        "PAM_USER": 2,
        "PAM_PROMPT_ECHO_OFF": 1,
        "PAM_MAX_RESP_SIZE": 512,
        "PAM_DATA_SILENT": 0x40000000,
    }
    assert {type(getattr(PamHandle, n)) for n in dir(PamHandle) if n.startswith("PAM_")} == {int}
    # Other families' items are no attributes: nobody can set them on Linux.
    assert not [n for n in dir(PamHandle) if n.upper().removeprefix("PAM_") in ("AUSER", "HOST")]


def test_words_for_codes_and_a_delay() -> None:
    module = body(
        "pamh.fail_delay(5)",
        "assert pamh.strerror(7) == 'Authentication failure'",
        "assert pamh.module.pam_sm_authenticate and pamh.libpam_version and pamh.pamh",
        "return pamh.PAM_AUTH_ERR",
    )
    one = trial(module)
    assert one.authenticate() == ReturnCode.AUTH_ERR
    assert isinstance(one.outside, StandInOutside)
    assert len(one.outside.slept) == 1


@pytest.mark.parametrize("answer", ["False", "True", "None", "'0'", "0.0", "1 << 40", "[]"])
def test_what_is_no_code_is_refused(answer: str) -> None:
    assert trial(body(f"return {answer}")).authenticate() == ReturnCode.SERVICE_ERR


def test_the_end_is_told_once_and_only_to_who_was_asked() -> None:
    ended: list[str] = []
    python = ModuleType("pam_old")
    python.__dict__["pam_sm_authenticate"] = lambda *_: 0
    python.__dict__["pam_sm_end"] = lambda pamh: ended.append(pamh.user)
    one = trial(old_module(python, PATH))
    one.end()
    assert ended == []
    one = trial(old_module(python, PATH))
    assert [one.authenticate(), one.authenticate()] == [ReturnCode.SUCCESS] * 2
    one.end()
    assert ended == ["alice"]


def test_a_handle_that_is_not_lent_refuses() -> None:
    pamh = PamHandle(ModuleType("alone"))
    for touch in (lambda: pamh.env, lambda: pamh.get_user(), lambda: pamh.fail_delay(1)):
        with pytest.raises(PamHandle.exception) as refused:
            touch()
        assert refused.value.pam_result == ReturnCode.SYSTEM_ERR
    with pytest.raises(PamHandle.exception):
        pamh.conversation(pamh.Message(int(Style.TEXT_INFO), "nobody is there"))


def test_a_file_without_hooks_is_no_module() -> None:
    with pytest.raises(ValueError, match="neither a `MODULE` nor a function"):
        old("x = 1\n")


def test_a_module_stands_under_the_name_of_its_file() -> None:
    one = trial(body("return pamh.PAM_AUTH_ERR"))
    one.authenticate()
    (step,) = one.core.runs[0].steps
    assert (old("def pam_sm_setcred(*_): pass").name, step.answer) == ("pam_old", 7)


@pytest.mark.parametrize("line", ["", "/no/such/file.py"])
def test_without_a_file_there_is_no_module(line: str) -> None:
    one = Trial(f"auth required pam_python.so {line}", conversation=Script())
    assert one.authenticate() == ReturnCode.MODULE_UNKNOWN


def test_data_of_x_is_a_value_and_the_end_is_not_a_replacement() -> None:
    one = PamHandle.XAuthData("MIT-MAGIC-COOKIE-1", "data")
    assert (one.name, one.data) == ("MIT-MAGIC-COOKIE-1", "data")
    ended: list[int] = []
    python = ModuleType("pam_old")
    python.__dict__["pam_sm_authenticate"] = lambda *_: 0
    python.__dict__["pam_sm_end"] = lambda _: ended.append(1)
    one_path = trial(old_module(python, PATH))
    one_path.authenticate()
    # Another of the same name takes its place: that is not the end.
    one_path.core.handle.set_data(f"pamkit pam_sm_end {PATH}", None, None)
    one_path.end()
    assert ended == []


def test_an_item_that_cannot_be_kept_is_refused_in_words() -> None:
    module = body(
        "try: pamh.env['A'] = 'a\\0b'",
        "except pamh.exception as refused: said = str(refused)",
        "return 7 if said == 'Bad item passed to pam_*_item()' else 0",
    )
    assert trial(module).authenticate() == ReturnCode.AUTH_ERR


def test_a_secret_is_text_to_such_a_module() -> None:
    outside = StandInOutside()
    outside.files[PATH] = old(
        "def pam_sm_acct_mgmt(pamh, flags, argv):\n    return 0 if pamh.authtok == 'kept' else 7\n"
    )
    items = {Item.AUTHTOK: Secret("kept")}
    one = Trial(f"account required pam_python.so {PATH}", outside=outside, items=items)
    assert one.acct_mgmt() == ReturnCode.SUCCESS
