"""The workshop of the session, and the library each test is played against: stock, then ours."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.native.faults.building import Workshop, names_of_subjects
from tests.native.faults.subject import Subject

FULL = os.environ.get("PAMKIT_FAULTS") == "full"


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    # Not in pytest's own directory, which nobody else may enter: some drivers give up their rights.
    with tempfile.TemporaryDirectory(prefix="faults-") as directory:
        Path(directory).chmod(0o755)
        yield Workshop(Path(directory))


@pytest.fixture(params=names_of_subjects())
def subject(request: pytest.FixtureRequest, workshop: Workshop) -> Subject:
    name: str = request.param
    return workshop.subject(name)
