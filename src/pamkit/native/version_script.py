"""The linker's version scripts: which symbols a library exports, and in which node."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from pamkit.native.problem import Problem
from pamkit.vocab.record import Record


class Node(Record):
    """One node of a version script; an anonymous one has an empty name."""

    name: str
    parent: str
    symbols: tuple[str, ...]
    """Exported names; they may be patterns."""


def read_version_script(path: Path) -> tuple[Node, ...]:
    """Return the nodes of a version script, in order; raise `Problem` if it is none."""
    text = re.sub(r"/\*.*?\*/|#[^\n]*", "", path.read_text(encoding="ascii"), flags=re.DOTALL)
    nodes, rest = [], text.strip()
    while rest:
        found = _NODE.match(rest)
        if found is None:
            raise Problem(f"`{path}` is no version script at `{rest.split()[0]}`")
        nodes.append(Node(name=found[1] or "", parent=found[3] or "", symbols=_exported(found[2])))
        rest = rest[found.end() :].strip()
    return tuple(nodes)


def differences(nodes: tuple[Node, ...], exported: dict[str, str]) -> tuple[str, ...]:
    """Compare with what a library exports (node by symbol); return a sentence per difference."""
    found = []
    for node in nodes:
        where = f" in `{node.name}`" if node.name else ""
        for pattern in node.symbols:
            if not any(at == node.name and fnmatchcase(s, pattern) for s, at in exported.items()):
                found.append(f"`{pattern}` is missing{where}")
    for symbol, at in sorted(exported.items()):
        if not any(
            at == node.name and any(fnmatchcase(symbol, pattern) for pattern in node.symbols)
            for node in nodes
        ):
            found.append(f"`{symbol}` is exported" + (f" in `{at}`" if at else ""))
    return tuple(found)


_NODE = re.compile(r"([A-Za-z_][\w.]*)?\s*\{([^}]*)\}\s*([A-Za-z_][\w.]*)?\s*;")


def _exported(body: str) -> tuple[str, ...]:
    """Return what stands under `global:`, which is also what stands under nothing."""
    names, is_global = [], True
    for word in body.replace(":", " : ").replace(";", " ").split():
        if word in ("global", "local"):
            is_global = word == "global"
        elif word != ":" and is_global:
            names.append(word)
    return tuple(names)
