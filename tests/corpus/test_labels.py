"""Scenarios of benchmarks that somebody labelled: what fails is found, what passes is left alone.

`make bench-lint` shows the same as a table.
"""

from __future__ import annotations

import pytest

from bench.lint import is_found, labels
from tests.conftest import CORPUS

pytestmark = pytest.mark.needs("corpus")


def test_every_label_is_reproduced() -> None:
    missed = [
        f"{label.rule}: {label.overlay}"
        for label in labels(CORPUS)
        if is_found(CORPUS, label) != label.fails
    ]
    assert missed == []
