"""Security contexts: what libselinux is asked, and what its answers mean."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from pamkit.stores import security_contexts
from pamkit.stores.security_contexts import LibSelinux, NoContexts
from pamkit.stores.system import system_world


class _Library:
    """A C library that answers with what the test gives it, and notes what it is asked."""

    def __init__(self, answer: tuple[bytes | None, ...] | OSError = ()) -> None:
        self.answer = answer
        self.asked: list[tuple[bytes, tuple[bytes | None, ...]]] = []

    def selinux(self, function: bytes, texts: tuple[bytes | None, ...]) -> tuple[bytes | None, ...]:
        if any(b"\0" in (text or b"") for text in texts):
            raise ValueError("a NUL in a text for C")
        self.asked.append((function, texts))
        if isinstance(self.answer, OSError):
            raise self.answer
        return self.answer

    def selinux_access(self, *texts: bytes) -> tuple[bool, bytes]:
        said = self.selinux(b"selinux_check_access", texts)
        return bool(said), b"".join(each or b"" for each in said)


_CALLS: list[tuple[Callable[[LibSelinux], object], tuple[bytes | None, ...], object, str]] = [
    (lambda c: c.login("alice", "sshd"), (b"a_u", b"s0"), ("a_u", "s0"), "getseuser alice sshd"),
    (lambda c: c.login("a", ""), (b"a", None), ("a", None), "getseuser a "),
    (
        lambda c: c.reachable("a_u", None),
        (b"a", b"b\xff"),
        ("a", "b\udcff"),
        "get_ordered_context_list_with_level a_u None",
    ),
    (lambda c: c.current(), (b"a",), "a", "getcon"),
    (lambda c: c.previous(), (b"a",), "a", "getprevcon_raw"),
    (lambda c: c.of_programs(), (None,), None, "getexeccon"),
    (lambda c: c.set_of_programs(None), (), None, "setexeccon None"),
    (lambda c: c.set_of_keys("a"), (), None, "setkeycreatecon a"),
    (lambda c: c.of_file("/dev/tty"), (b"a",), "a", "getfilecon /dev/tty"),
    (lambda c: c.set_of_file("/dev/tty", "a"), (), None, "setfilecon /dev/tty a"),
    (
        lambda c: c.of_terminal("a", "b"),
        (b"c",),
        "c",
        "security_compute_relabel a b chr_file",
    ),
    (lambda c: c.member("a", "b"), (b"c",), "c", "security_compute_member a b dir"),
    (lambda c: c.is_valid("a"), (), True, "security_check_context a"),
    (
        lambda c: c.contains("a", "b"),
        (),
        True,
        "selinux_check_access a b context contains",
    ),
    (
        lambda c: c.allows("a", "b", "passwd", "rootok"),
        (b"first\nsecond\xff\n",),
        (True, ("first", "second\udcff")),
        "selinux_check_access a b passwd rootok",
    ),
    (
        lambda c: c.allows("a", "b", "passwd", "rootok"),
        (),
        (False, ()),
        "selinux_check_access a b passwd rootok",
    ),
    (lambda c: c.default_type("a_r"), (b"a_t",), "a_t", "get_default_type a_r"),
    (lambda c: c.raw("a"), (b"b",), "b", "selinux_trans_to_raw_context a"),
]


@pytest.mark.parametrize(("call", "answer", "expected", "asked"), _CALLS)
def test_the_library_is_asked(
    call: Callable[[LibSelinux], object],
    answer: tuple[bytes | None, ...],
    expected: object,
    asked: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = _Library(answer)
    monkeypatch.setattr(security_contexts, "c_library", library)
    assert expected == call(LibSelinux())
    ((function, texts),) = library.asked
    said = (text.decode() if text is not None else "None" for text in texts)
    assert " ".join((function.decode(), *said)) == asked


def test_what_the_library_does_not_know_is_no_context(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = OSError(errno.EINVAL, "Invalid argument", "x")
    monkeypatch.setattr(security_contexts, "c_library", _Library(fault))
    contexts = LibSelinux()
    assert not contexts.is_valid("a")
    assert not contexts.contains("a", "b")
    assert contexts.default_type("a_r") is None
    with pytest.raises(OSError, match="Invalid"):
        contexts.raw("a")


def test_where_there_must_be_a_text_none_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_contexts, "c_library", _Library((None,)))
    for ask in (LibSelinux().current, LibSelinux().previous, lambda: LibSelinux().raw("a")):
        with pytest.raises(OSError, match="Invalid argument"):
            ask()


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_what_c_would_cut_is_no_context(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    library = _Library()
    monkeypatch.setattr(security_contexts, "c_library", library)
    assert not LibSelinux().is_valid(text)
    with pytest.raises(OSError, match="Invalid argument"):
        LibSelinux().allows("a", text, "passwd", "rootok")
    with pytest.raises(OSError, match="Invalid argument"):
        LibSelinux().set_of_programs(text)
    assert library.asked == []


def test_the_contexts_of_another_machine_are_not_here(tmp_path: Path) -> None:
    elsewhere = system_world(str(tmp_path)).contexts
    assert isinstance(elsewhere, NoContexts)
    asks: tuple[Callable[[], object], ...] = (
        *(elsewhere.current, elsewhere.of_programs, lambda: elsewhere.login("a", "b")),
        *(lambda: elsewhere.reachable("a", None), lambda: elsewhere.set_of_programs(None)),
        *(lambda: elsewhere.set_of_keys("a"), lambda: elsewhere.of_file("/dev/null")),
        *(lambda: elsewhere.set_of_file("/dev/null", "a"), lambda: elsewhere.raw("a")),
        *(lambda: elsewhere.of_terminal("a", "b"), lambda: elsewhere.member("a", "b")),
        *(elsewhere.previous, lambda: elsewhere.allows("a", "a", "passwd", "rootok")),
    )
    for ask in asks:
        with pytest.raises(PermissionError):
            ask()
    assert not elsewhere.is_valid("a")
    assert not elsewhere.contains("a", "a")
    assert elsewhere.default_type("a_r") is None
