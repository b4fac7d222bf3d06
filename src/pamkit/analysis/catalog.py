"""The rules there are, found by their path, and which of them are wanted."""

from __future__ import annotations

import pkgutil
import sys

from pamkit.analysis import rules as place
from pamkit.analysis.rule import RuleFile
from pamkit.policy.suggest import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

ALL = "all"
"""Stands for every rule, those that run only if they are asked for as well."""


def rule_names() -> tuple[str, ...]:
    """Return the names of all rules, in order; none of their files is imported."""
    found = pkgutil.iter_modules(place.__path__)
    return tuple(sorted(module.name.replace("_", "-") for module in found))


def rule_file(name: str) -> RuleFile:
    """Return the file of the rule with this name; `KeyError` if there is none."""
    if name not in rule_names():
        raise KeyError(name)
    return _loaded(name)


def rule_files() -> tuple[RuleFile, ...]:
    """Return the files of all rules, in the order of their names."""
    return tuple(_loaded(name) for name in rule_names())


def chosen(
    known: Iterable[RuleFile], wanted: Iterable[str] = (), unwanted: Iterable[str] = ()
) -> tuple[RuleFile, ...]:
    """Return the rules to run: all that are no matter of taste, or those that are named.

    Names are those of rules, their numbers, their aliases, or `ALL`.  Raises `KeyError` for a
    name that is none.
    """
    known = tuple(known)
    with_, without = (_named(known, names) for names in (wanted, unwanted))
    if not with_:
        with_ = frozenset(file.rule.name for file in known if not file.rule.policy)
    return tuple(file for file in known if file.rule.name in with_ - without)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a help line for a name that no rule has."""
    near = closest(name, known)
    return f"did you mean `{near}`?" if near else "`pamkit doc` lists the rules"


def _named(known: tuple[RuleFile, ...], names: Iterable[str]) -> frozenset[str]:
    everything = frozenset(file.rule.name for file in known)
    by_id: dict[str, set[str]] = {}
    for file in known:
        for name in (file.rule.id, *file.rule.aliases):
            by_id.setdefault(name.lower(), set()).add(file.rule.name)
    found: set[str] = set()
    for name in names:
        if name == ALL:
            found |= everything
        elif name in everything:
            found.add(name)
        elif name and name.lower() in by_id:
            found |= by_id[name.lower()]
        else:
            raise KeyError(name)
    return frozenset(found)


def _loaded(name: str) -> RuleFile:
    path = f"{place.__name__}.{name.replace('-', '_')}"
    __import__(path)
    module = sys.modules[path]
    fix, judge = getattr(module, "fix", None), getattr(module, "judge", None)
    return RuleFile(module.RULE, module.find, fix, module.__doc__ or "", judge)
