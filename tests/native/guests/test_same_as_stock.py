"""Modules of the system at work, in a Python program and behind our libpam, as under the stock one.

Codes, items, environment, what was said, log lines, and what became of files and limits.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from tests.native.built import built_libraries
from tests.native.guests.player import play
from tests.native.guests.scenarios import SCENARIOS

pytestmark = pytest.mark.needs(
    "cc", "python-archive", "root", "mount-namespace", "libpam", "pam_unix", "unix_chkpwd"
)


@cache
def _played(subject: str) -> dict[str, Any]:
    stock = subject == "stock"
    return play(subject, None if stock else str(built_libraries() / "libpam.so.0"))


def _shown(result: object) -> str:
    return json.dumps(result, indent=1, sort_keys=True)


@pytest.mark.xdist_group("guests")
@pytest.mark.parametrize("subject", ["guests", "door"])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_module_does_what_it_does_under_stock(subject: str, name: str) -> None:
    expected = _played("stock")[name]
    assert "died" not in expected
    assert _shown(expected) == _shown(_played(subject)[name])


@pytest.mark.xdist_group("guests")
def test_the_scenarios_are_no_empty_words() -> None:
    """Control: among what is compared there are grants, refusals, talk, logs and traces."""
    stock = _played("stock")
    assert {0, 7, 6} <= {code for played in stock.values() for code in played["codes"]}
    assert stock["unix, wrong"]["codes"] == [7]
    assert stock["unix"]["codes"] == [0, 0, 0, 0, 0]
    assert stock["faillock"]["codes"][2] != 0, "the right password comes too late"
    assert stock["limits"]["left"]["files"] == "(200, 200)"
    assert any("home/alice/.profile" in path for path in stock["mkhomedir"]["left"])
    assert stock["motd"]["said"]
    assert stock["lastlog"]["said"]
    assert stock["lastlog"]["left"]["lastlog"] != "0"
    assert stock["unix, another password"]["left"]["shadow"] == "changed"
    assert stock["namespace"]["codes"] == [0, 0]
    assert stock["exec"]["left"]["log"]
    silent = [name for name, played in stock.items() if not played["log"]]
    assert len(silent) < len(stock) / 2
