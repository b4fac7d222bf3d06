"""What `pamkit check` says of the labelled policies of the corpus: recall and precision.

Then tables of its repairs, its incidents and the samples of another tool (`bench.lint_stories`).

Usage: ``python -m bench.lint [--corpus DIR] [--verbose]``; exit status 1 if a label is missed.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bench.lint_stories import stories
from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.lint import lint
from pamkit.analysis.tree import Tree, read_tree
from pamkit.cli.declarations import declarations
from pamkit.policy.dialect import DEBIAN, LINUX
from tests.analysis.trees import ListedMemory
from tests.conftest import CORPUS

ARGUED = {
    "accounts_polyinstantiated_var_tmp/rhel9__wrong_mode.fail": "what is wrong is the mode of"
    " /var/tmp/tmp-inst, which the corpus does not hold; its files are those of the tree that"
    " passes",
}
"""Labels that cannot be judged: the end of the path of their tree, and why."""


class Label(NamedTuple):
    """A tree of which somebody says that it passes a check, or fails it."""

    rule: str
    fails: bool
    base: str
    overlay: str
    removed: tuple[str, ...]
    wanted: dict[str, str]
    source: str


class Score(NamedTuple):
    """How often a rule was right: failures found of all, and passes left alone of all."""

    found: int
    failures: int
    silent: int
    passes: int


def labels(corpus: Path) -> list[Label]:
    """Return the labels of a corpus, without those that are argued to be wrong."""
    with open(corpus / "LABELS.tsv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    every = [
        Label(
            row["rule"],
            row["expect"] == "fail",
            row["base_dir"],
            row["overlay_dir"],
            _listed(row["removed_files"]),
            _pairs(row["variables"]) | {"product": row["product"]},
            row["source"],
        )
        for row in rows
    ]
    return [label for label in every if not label.overlay.endswith(tuple(ARGUED))]


def is_found(corpus: Path, label: Label) -> bool:
    """Whether the rule of a label finds something in its tree."""
    try:
        rules = chosen(_rules(), (label.rule,))
    except KeyError:
        return False
    return bool(lint(_tree(corpus, label), rules).findings)


def scores(corpus: Path) -> dict[str, Score]:
    """Return how right each rule is."""
    counted: Counter[tuple[str, bool, bool]] = Counter(
        (label.rule, label.fails, is_found(corpus, label)) for label in labels(corpus)
    )
    return {
        rule: Score(
            counted[rule, True, True],
            counted[rule, True, True] + counted[rule, True, False],
            counted[rule, False, False],
            counted[rule, False, True] + counted[rule, False, False],
        )
        for rule in sorted({rule for rule, _, _ in counted})
    }


def main() -> int:
    """Print the scores; return 1 if a label is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=CORPUS)
    parser.add_argument("--verbose", action="store_true", help="name the labels that are missed")
    asked = parser.parse_args()
    found = scores(asked.corpus)
    print(f"{'rule':<78} fails  passes")
    for rule, score in found.items():
        fails, passes = f"{score.found}/{score.failures}", f"{score.silent}/{score.passes}"
        print(f"{rule:<78} {fails:>5}  {passes:>6}")
    right, wrong = (
        sum(score.found for score in found.values()),
        sum(score.passes - score.silent for score in found.values()),
    )
    failures = sum(score.failures for score in found.values())
    recall, precision = right / max(1, failures), right / max(1, right + wrong)
    print(f"recall {recall:.4f}  precision {precision:.4f}  labels argued {len(ARGUED)}")
    if asked.verbose:
        for label in labels(asked.corpus):
            if is_found(asked.corpus, label) != label.fails:
                print(f"missed: {label.rule} {label.overlay} {label.wanted} {label.source}")
    for line in stories(asked.corpus):
        print(line)
    return int(recall < 1 or precision < 1)


def _tree(corpus: Path, label: Label) -> Tree:
    files = dict(_files(corpus / label.base))
    if label.overlay != "-":
        files |= _files(corpus / label.overlay)
    for path in label.removed:
        files.pop(f"/{path}", None)
    dialect = DEBIAN if any("\n@include" in f"\n{text}" for text in files.values()) else LINUX
    return read_tree(ListedMemory(files), _known(), dialect=dialect, wanted=label.wanted)


@cache
def _files(root: Path) -> dict[str, str]:
    """Return the texts of the files below a directory, by their paths in it."""
    return {
        f"/{path.relative_to(root)}": path.read_bytes().decode("utf-8", "surrogateescape")
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def _listed(text: str) -> tuple[str, ...]:
    return () if text == "-" else tuple(text.split(","))


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    last = ""
    for part in _listed(text):
        name, sign, value = part.partition("=")
        if sign:
            found[name], last = value, name
        else:
            # A value may hold a comma: `required,requisite`.
            found[last] += f",{part}"
    return found


_known = cache(declarations)
_rules = cache(rule_files)


if __name__ == "__main__":
    sys.exit(main())
