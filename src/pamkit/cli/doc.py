"""`pamkit doc`: what is known of a module, a code, a flag, an item, a word of a policy, a rule."""

from __future__ import annotations

import textwrap

from pamkit.analysis.catalog import rule_names
from pamkit.cli.screen import screen
from pamkit.cli.usage import UsageError
from pamkit.docgen.find import did_you_mean, find, names
from pamkit.docgen.man import roff
from pamkit.docgen.modules import declared, module_names
from pamkit.docgen.sheets import sheet_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from pamkit.cli.screen import Screen


def doc(args: argparse.Namespace) -> int:
    """Show the pages of a name, or every name there is."""
    if args.man:
        return _manual_page(args.name)
    if args.name is None:
        _list(screen(plain=args.plain))
        return 0
    page = find(args.name)
    if page is None:
        raise UsageError(f"nothing is known of `{args.name}`", did_you_mean(args.name))
    screen(plain=args.plain).markdown(page)
    return 0


def _manual_page(name: str | None) -> int:
    """Write a module's manual page for man(1) to standard output."""
    known = declared(name or "")
    if known is None:
        raise UsageError(
            f"there is no module `{name or ''}`",
            "expected one of " + ", ".join(module_names()),
        )
    print(roff(*known), end="")
    return 0


def _list(to: Screen) -> None:
    modules = module_names()
    foreign = [name for name in sheet_names() if name not in modules]
    rules = rule_names()
    others = [name for name in names() if name not in (*modules, *foreign, *rules)]
    groups = {
        "modules": modules,
        "modules that are not pamkit's": foreign,
        "words of a policy, functions, dialects and quirks": [
            name for name in others if not name.isupper()
        ],
        "rules of `pamkit check`": list(rules),
        "codes, flags and items": [name for name in others if name.isupper()],
    }
    to.line(("what `pamkit doc NAME` knows:", "head"))
    for title, group in groups.items():
        to.line()
        to.line((title, "head"))
        for line in textwrap.wrap("  ".join(group), to.width - 2, break_on_hyphens=False):
            to.line((f"  {line}", "name"))
