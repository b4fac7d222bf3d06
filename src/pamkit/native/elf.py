"""What a shared object says of itself: for which machine, what it exports, how it is protected."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from pamkit.native.problem import Problem
from pamkit.vocab.record import Record


class SharedObject(Record):
    """The facts of one 64-bit shared object (elf(5))."""

    machine: int
    """`e_machine`: the processor."""
    soname: str
    needed: tuple[str, ...]
    search_path: tuple[str, ...]
    """`DT_RPATH` and `DT_RUNPATH`."""
    exported: dict[str, str]
    """The node of each symbol that others may use; empty for symbols without a version."""
    executable_stack: bool
    writable_code: bool
    """Whether a segment can be written and run, or code must be written to when it is loaded."""
    relro: bool
    """Whether everything is bound at once, and then made read-only."""


def read_shared_object(path: Path) -> SharedObject:
    """Read a shared object; raise `Problem` if it is none, `OSError` if it cannot be read."""
    data = path.read_bytes()
    try:
        return _Reader(data).read()
    except (struct.error, IndexError, ValueError, KeyError):
        raise Problem(f"`{path}` is no 64-bit shared object") from None


def machine_of(path: Path) -> tuple[int, int, int]:
    """Return class, byte order and machine of an ELF file; zeros if it is none."""
    with path.open("rb") as file:
        head = file.read(20)
    if len(head) < 20 or head[:4] != b"\x7fELF" or head[5] not in _ORDER:
        return 0, 0, 0
    return head[4], head[5], struct.unpack_from(_ORDER[head[5]] + "H", head, 18)[0]


_ORDER = {1: "<", 2: ">"}
_LOAD, _STACK, _RELRO = 1, 0x6474E551, 0x6474E552
_EXECUTE, _WRITE = 1, 2
_SECTION_DYNAMIC, _SECTION_SYMBOLS = 6, 11
_SECTION_VERSIONS_DEFINED, _SECTION_VERSIONS = 0x6FFFFFFD, 0x6FFFFFFF
_NEEDED, _SONAME, _RPATH, _BIND_NOW, _TEXTREL, _FLAGS, _RUNPATH = 1, 14, 15, 24, 22, 30, 29
_FLAGS_1 = 0x6FFFFFFB
_FLAG_TEXTREL, _FLAG_BIND_NOW, _FLAG_1_NOW = 4, 8, 1
_UNDEFINED, _ABSOLUTE = 0, 0xFFF1
_GLOBAL, _WEAK, _UNIQUE = 1, 2, 10
_DEFAULT, _PROTECTED = 0, 3


class _Section(Record):
    kind: int
    offset: int
    size: int
    link: int
    count: int


class _Reader:
    """One pass through the bytes."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"\x7fELF" or data[4] != 2:
            raise ValueError
        self._data, self._order = data, _ORDER[data[5]]

    def read(self) -> SharedObject:
        (kind, machine, _, _, programs, sections, _, _, size, count, s_size, s_count, _) = (
            self._get("HHIQQQIHHHHHH", 16)
        )
        if kind != 3:
            raise ValueError
        segments = [self._get("IIQQQQQQ", programs + n * size) for n in range(count)]
        self._sections = [self._section(sections + n * s_size) for n in range(s_count)]
        dynamic = list(self._dynamic())
        flags = dict(dynamic)
        named = {
            tag: [
                self._text(value, self._strings(_SECTION_DYNAMIC))
                for t, value in dynamic
                if t == tag
            ]
            for tag in (_NEEDED, _SONAME, _RPATH, _RUNPATH)
        }
        now = (
            _BIND_NOW in flags
            or flags.get(_FLAGS, 0) & _FLAG_BIND_NOW
            or flags.get(_FLAGS_1, 0) & _FLAG_1_NOW
        )
        stacks = [segment[1] for segment in segments if segment[0] == _STACK]
        both = _EXECUTE | _WRITE
        return SharedObject(
            machine=machine,
            soname=named[_SONAME][0] if named[_SONAME] else "",
            needed=tuple(named[_NEEDED]),
            search_path=tuple(named[_RPATH] + named[_RUNPATH]),
            exported=dict(self._exported()),
            # Without a word about it, the stack is executable.
            executable_stack=not stacks or bool(stacks[0] & _EXECUTE),
            writable_code=_TEXTREL in flags
            or bool(flags.get(_FLAGS, 0) & _FLAG_TEXTREL)
            or any(s[0] == _LOAD and s[1] & both == both for s in segments),
            relro=bool(now) and any(segment[0] == _RELRO for segment in segments),
        )

    def _get(self, layout: str, offset: int) -> tuple[int, ...]:
        return struct.unpack_from(self._order + layout, self._data, offset)

    def _section(self, offset: int) -> _Section:
        _, kind, _, _, start, size, link, _, _, each = self._get("IIQQQQIIQQ", offset)
        return _Section(kind, start, size, link, size // each if each else 0)

    def _find(self, kind: int) -> _Section | None:
        return next((section for section in self._sections if section.kind == kind), None)

    def _strings(self, kind: int) -> int:
        """Return where the strings of the section of a kind begin."""
        section = self._find(kind)
        return self._sections[section.link].offset if section else 0

    def _text(self, at: int, strings: int) -> str:
        start = strings + at
        return self._data[start : self._data.index(0, start)].decode("ascii", "replace")

    def _dynamic(self) -> Iterator[tuple[int, int]]:
        section = self._find(_SECTION_DYNAMIC)
        if section is None:
            raise ValueError
        for number in range(section.count):
            tag, value = self._get("QQ", section.offset + number * 16)
            if tag == 0:
                return
            yield tag, value

    def _nodes(self) -> dict[int, str]:
        """Return the names of the nodes by their numbers."""
        section, nodes = self._find(_SECTION_VERSIONS_DEFINED), {0: "", 1: ""}
        if section is None:
            return nodes
        at = section.offset
        while True:
            _, flags, number, _, _, first, step = self._get("HHHHIII", at)
            (name,) = self._get("I", at + first)
            if not flags & 1:  # the first one only repeats the name of the library
                nodes[number] = self._text(name, self._strings(_SECTION_VERSIONS_DEFINED))
            if step == 0:
                return nodes
            at += step

    def _exported(self) -> Iterator[tuple[str, str]]:
        symbols, versions = self._find(_SECTION_SYMBOLS), self._find(_SECTION_VERSIONS)
        if symbols is None:
            return
        nodes, strings = self._nodes(), self._strings(_SECTION_SYMBOLS)
        for number in range(symbols.count):
            name, info, other, section = self._get("IBBH", symbols.offset + number * 24)
            if section == _UNDEFINED or info >> 4 not in (_GLOBAL, _WEAK, _UNIQUE):
                continue
            if other & 3 not in (_DEFAULT, _PROTECTED):
                continue
            node = self._get("H", versions.offset + number * 2)[0] & 0x7FFF if versions else 1
            text = self._text(name, strings)
            if section == _ABSOLUTE and text == nodes.get(node):
                continue  # the node itself
            yield text, nodes[node]
