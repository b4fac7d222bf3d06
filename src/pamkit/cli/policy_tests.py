"""`pamkit test`: whether policies do what a table of situations says they should.

Keys of the JSON document: `schema` (1), `pamkit` (version), `passed` and `failed` (how many),
`results`.  A result has `file`, `at` (the table of the file), `kind` (`login` or `claim`), `name`,
`passed`, `expected` and `found` (a word for each call, `login` or `claim`), and `why` (sentences,
if it failed).
"""

from __future__ import annotations

import json

from pamkit.cli.columns import wrapped
from pamkit.cli.policy_tests_file import situations
from pamkit.cli.policy_tests_run import meets, tried
from pamkit.cli.screen import screen
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.version import version

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from pamkit.cli.policy_tests_run import Tried
    from pamkit.cli.screen import Screen


def policy_tests(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    # All files are read before anything is tried: a mistake in the last is said at once.
    files = [situations(path, args.root) for path in args.files]
    found = [test for given in files for test in tried(given)]
    if args.json:
        print(json.dumps(_document(found), indent=2))
    elif args.junit:
        from pamkit.cli.policy_tests_junit import junit_text

        print(junit_text(found), end="")
    else:
        _show(screen(plain=args.plain), found)
    return DONE if all(test.passed for test in found) else REFUSED


def _document(found: list[Tried]) -> dict[str, Any]:
    passed = sum(test.passed for test in found)
    return {
        "schema": 1,
        "pamkit": version(),
        "passed": passed,
        "failed": len(found) - passed,
        "results": [
            {
                "file": shown(test.path),
                "at": test.at,
                "kind": test.kind,
                "name": shown(test.name),
                "passed": test.passed,
                "expected": test.expected,
                "found": test.found,
                "why": list(test.why),
            }
            for test in found
        ],
    }


def _show(to: Screen, found: list[Tried]) -> None:
    """Show a table: a line for each test, and below it what is not as expected."""
    path = None
    width = min(48, max(len(shown(test.name)) for test in found))
    for test in found:
        if test.path != path:
            path = test.path
            to.line((shown(path), "head"))
        mark, style = (to.glyphs.yes, "good") if test.passed else (to.glyphs.no, "bad mark")
        words = ", ".join(_word(key, word) for key, word in test.found.items())
        to.line((f"  {mark} ", style), (f"{shown(test.name).ljust(width)}  ", ""), (words, "dim"))
        for key, word in test.expected.items():
            if not meets(test.found[key], word):
                text = f"{key}: expected {word}, found {test.found[key]}"
                to.line((f"      {text}", "bad"))
        for sentence in test.why:
            for at, line in enumerate(wrapped([(policy_text(sentence), "")], to.width - 10)):
                to.line((" " * (8 if at else 6), ""), *line)
    failed = sum(not test.passed for test in found)
    style = "bad mark" if failed else "good mark"
    to.line((f"{len(found) - failed} as expected, {failed} not", style))


def _word(key: str, word: str) -> str:
    return word if key in ("login", "claim") else f"{key} {word}"
