"""What OpenPAM's library does for every module: prompts, tokens, and words for who is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.openpam import TokenOptions, complain, substituted, token_of, user_of
from pamkit.module.registry import Module
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, error, hidden, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret

_C = ReturnCode
_ITEMS = {Item.TTY: "tty1", Item.RHOST: "far", Item.RUSER: "remote"}


def _asked(
    options: str, *lines: Line, known: str | None = None, old: bool = False, user: str = "alice"
) -> tuple[ReturnCode, bytes | None]:
    """Return what a module answers that asks for a token, and the token."""
    got: list[bytes] = []
    item, prompt = (Item.OLDAUTHTOK, "Old Password:") if old else (Item.AUTHTOK, "Password:")

    async def hook(call: ModuleCall[TokenOptions]) -> ReturnCode:
        if known is not None:
            call.set_token(item, Secret(known))
        got.append((await token_of(call, item, prompt)).expose())
        assert call.token(item) == Secret(got[-1])
        return _C.SUCCESS

    return _run(hook, options, *lines, user=user), got[-1] if got else None


def _run(
    hook: object,
    options: str,
    *lines: Line,
    user: str | None = "alice",
    flags: int = 0,
    texts: dict[Item, str] | None = None,
) -> ReturnCode:
    declaration = declare(
        "pam_x",
        options=TokenOptions,
        answers={Primitive.AUTHENTICATE: "success"},
        examples=[example("x", "auth required pam_x.so")],
    )
    module = Module("pam_x", declaration, {Primitive.AUTHENTICATE: hook})  # type: ignore[dict-item]  # a hook
    with Script(*lines) as script:
        trial = Trial(
            f"auth required pam_x.so {options}\n",
            module,
            user=user,
            conversation=script,
            items=_ITEMS,
            world=memory_world(process=StandInProcess(host_name="here")),
        )
        trial.handle.texts |= texts or {}
        return trial.authenticate(flags)


_SAID = (_C.SUCCESS, b"typed")


@pytest.mark.parametrize(
    ("options", "known", "lines", "expected"),
    [
        ("", None, (hidden("Password:", Secret("typed")),), _SAID),
        ("", "known", (hidden("Password:", Secret("typed")),), _SAID),
        ("try_first_pass", "known", (), (_C.SUCCESS, b"known")),
        ("use_first_pass", "known", (), (_C.SUCCESS, b"known")),
        ("try_first_pass", None, (hidden("Password:", Secret("typed")),), _SAID),
        ("use_first_pass", None, (), (_C.AUTH_ERR, None)),
        ("authtok_prompt=Now:", None, (hidden("Now:", Secret("typed")),), _SAID),
        ("oldauthtok_prompt=Now:", None, (hidden("Password:", Secret("typed")),), _SAID),
        ("[authtok_prompt=%u@%h:]", None, (hidden("alice@here:", Secret("typed")),), _SAID),
        ("echo_pass", None, (visible("Password:", "typed"),), _SAID),
        ("", None, (hidden("Password:", None),), (_C.CONV_ERR, None)),
    ],
)
def test_a_token_is_asked_for_unless_the_line_takes_what_is_there(
    options: str,
    known: str | None,
    lines: tuple[Line, ...],
    expected: tuple[ReturnCode, bytes | None],
) -> None:
    assert _asked(options, *lines, known=known) == expected


def test_the_old_token_has_words_of_its_own() -> None:
    asked = hidden("Before:", Secret("typed"))
    assert _asked("oldauthtok_prompt=Before: authtok_prompt=Now:", asked, old=True) == _SAID


_CHOSEN = {Item.AUTHTOK_PROMPT: "Chosen %u:", Item.OLDAUTHTOK_PROMPT: "Chosen before:"}


@pytest.mark.parametrize(
    ("item", "options", "own", "texts", "asked"),
    [
        (Item.AUTHTOK, "", None, _CHOSEN, "Chosen alice:"),
        (Item.OLDAUTHTOK, "", None, _CHOSEN, "Chosen before:"),
        (Item.AUTHTOK, "", "Mine:", _CHOSEN, "Mine:"),
        (Item.AUTHTOK, "authtok_prompt=Line:", "Mine:", _CHOSEN, "Line:"),
        (Item.AUTHTOK, "", None, {}, "Password for alice@here:"),
        (Item.AUTHTOK, "", None, {Item.HOST: "there"}, "Password for alice@there:"),
        (Item.AUTHTOK, "", None, {Item.HOST: "far"}, "Password:"),
        (Item.OLDAUTHTOK, "", None, {}, "Old Password:"),
    ],
)
def test_the_line_goes_before_the_module_and_that_before_the_application(
    item: Item, options: str, own: str | None, texts: dict[Item, str], asked: str
) -> None:
    async def hook(call: ModuleCall[TokenOptions]) -> ReturnCode:
        await token_of(call, item, own)
        return _C.SUCCESS

    line = hidden(asked, Secret("typed"))
    assert _run(hook, options, line, texts=texts) == _C.SUCCESS


def test_a_token_for_whom_the_old_one_is_known_is_a_new_one() -> None:
    async def hook(call: ModuleCall[TokenOptions]) -> ReturnCode:
        call.set_token(Item.OLDAUTHTOK, Secret("before"))
        await token_of(call, Item.AUTHTOK)
        return _C.SUCCESS

    assert _run(hook, "", hidden("New Password:", Secret("typed"))) == _C.SUCCESS


@pytest.mark.parametrize(
    ("options", "user", "lines"),
    [
        ("", "alice", ()),
        ("", None, (visible("Login:", "alice"),)),
        ("[user_prompt=%s on %t: ]", None, (visible("test on tty1: ", "alice"),)),
    ],
)
def test_who_is_not_known_is_asked(options: str, user: str | None, lines: tuple[Line, ...]) -> None:
    seen = []

    async def hook(call: ModuleCall[TokenOptions]) -> ReturnCode:
        seen.append(await user_of(call))
        return _C.SUCCESS

    assert _run(hook, options, *lines, user=user) == _C.SUCCESS
    assert seen == ["alice"]


@pytest.mark.parametrize(
    ("options", "flags", "lines"),
    [
        ("", 0, (error("pam_x: pam_sm_authenticate: why"),)),
        ("no_warn", 0, ()),
        ("", Flag.SILENT, ()),
    ],
)
def test_who_is_refused_is_told_if_somebody_wants_to_hear_it(
    options: str, flags: int, lines: tuple[Line, ...]
) -> None:
    async def hook(call: ModuleCall[TokenOptions]) -> ReturnCode:
        await complain(call, "pam_x", "why")
        return _C.AUTH_ERR

    assert _run(hook, options, *lines, flags=flags) == _C.AUTH_ERR


def _filled(template: str) -> str:
    made = []

    async def hook(call: ModuleCall[TokenOptions]) -> ReturnCode:
        made.append(substituted(call, template))
        return _C.SUCCESS

    _run(hook, "")
    return made[0]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("%s %t %h %u %H %U", "test tty1 here alice far remote"),
        ("%%s", "%s"),
        ("%%%s", "%test"),
        ("%x %", "%x %"),
        ("100%% sure: %u!", "100% sure: alice!"),
        ("", ""),
    ],
)
def test_letters_behind_a_percent_sign_are_filled_in(template: str, expected: str) -> None:
    assert _filled(template) == expected


@given(st.text(alphabet="ab%shu ", max_size=12))
def test_a_doubled_percent_sign_is_one_whatever_stands_around_it(text: str) -> None:
    assert _filled(text.replace("%", "%%")) == text
