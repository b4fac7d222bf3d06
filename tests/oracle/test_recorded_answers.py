"""pamkit answers what two builds of libpam are on record to have answered.

The corpus holds 500 generated policies with the answers of Debian's 1.5.2 and of Linux-PAM
1.7.2, and the policies of Linux-PAM's own test programs with what each of them expects.
"""

from __future__ import annotations

import csv
import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from pamkit.engine.driver import Performer, drive
from pamkit.engine.footing import Footing
from pamkit.engine.handle import Handle
from pamkit.engine.transaction import Core
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.options import NoOptions
from pamkit.module.registry import Module, Registry, module_from
from pamkit.policy.compile import Compiled, compiled_to_run
from pamkit.policy.dialect import DIALECTS, quirks
from pamkit.policy.source import Layout, MemorySource
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from tests.conftest import CORPUS
from tests.oracle.ours import WORLD, Conversation

pytestmark = pytest.mark.needs("corpus")

RECORDED = CORPUS / "oracle-linux-pam"
XTESTS = CORPUS / "linux-pam-xtests/etc/pam.d"
EXPECTED = CORPUS / "EXPECT-linux-pam-xtests.tsv"
# Those answers were recorded where includes were found beside the policy, as since 1.6.
QUIRKS = quirks(("libpam",))
_PRIMITIVE_OF = {"auth": "authenticate", "account": "acct_mgmt"}


def _constant(name: str, code: ReturnCode) -> Module:
    """Return a module that always answers the same, for the time before there is a real one."""

    def hook(_: ModuleCall[Any]) -> ReturnCode:
        return code

    declared = declare(
        name,
        options=NoOptions,
        answers={primitive: code.name.lower() for primitive in Primitive},
        examples=[example("other", f"auth required {name}.so")],
    )
    return Module(name, declared, dict.fromkeys(Primitive, hook))


def _module(name: str, code: ReturnCode) -> Module:
    try:
        return module_from(importlib.import_module(f"pamkit.modules.{name}"))
    except ModuleNotFoundError:
        return _constant(name, code)


MODULES = {
    "pam_debug": _module("pam_debug", ReturnCode.SUCCESS),
    "pam_permit": _module("pam_permit", ReturnCode.SUCCESS),
    "pam_deny": _module("pam_deny", ReturnCode.AUTH_ERR),
}


class _Transaction:
    """One handle on a service of some files."""

    def __init__(self, files: dict[str, str], service: str, dialect: str) -> None:
        source = MemorySource({f"/conf/{name}": text for name, text in files.items()})

        def load(name: str) -> Compiled:
            return compiled_to_run(
                name,
                source,
                layout=Layout(confdir="/conf"),
                dialect=DIALECTS[dialect],
                quirks=QUIRKS,
            )

        self._conversation = Conversation()
        self._perform = Performer(self._conversation, None)  # type: ignore[arg-type]  # these modules ask for nothing but messages
        self._core = Core(
            Footing(load, Registry(lambda _: None, extra=MODULES), DIALECTS[dialect], QUIRKS),
            Handle(service, "applicant"),
            WORLD,
        )

    def call(self, name: str) -> list[Any]:
        """Return a call as the records have it: name, code, messages."""
        self._conversation.heard = []
        code = drive(self._core.call(Primitive[name.upper()], 0), self._perform)
        heard = [message.text.decode() for message in self._conversation.heard]
        return [name, f"PAM_{ReturnCode(code).name}", heard]


def _lines(name: str) -> list[dict[str, Any]]:
    text = (RECORDED / f"{name}.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("record", "dialect"),
    [("results-debian-1.5.2", "debian"), ("results-linux-pam-1.7.2", "linux")],
)
def test_every_recorded_answer_is_ours(record: str, dialect: str) -> None:
    played, different = 0, []
    for policy, answers in zip(_lines("policies"), _lines(record), strict=True):
        assert policy["id"] == answers["id"]
        transactions = [answers["one_handle"], *([call] for call in answers["fresh"])]
        for expected in transactions:
            transaction = _Transaction(policy["files"], "svc", dialect)
            got = [transaction.call(name) for name, _, _ in expected]
            played += 1
            if got != expected:
                different.append((policy["id"], expected, got))
    assert (played, different) == (1500, [])


def _expectations() -> list[tuple[str, str, str]]:
    if not EXPECTED.exists():
        return []
    with EXPECTED.open(newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    return [(row["service"], row["facility"], row["expected"]) for row in rows]


@pytest.mark.parametrize(("service", "facility", "expected"), _expectations())
def test_the_test_programs_of_linux_pam_get_what_they_expect(
    service: str, facility: str, expected: str
) -> None:
    files = {path.name: _text(path) for path in XTESTS.iterdir()}
    _, code, _ = _Transaction(files, service, "linux").call(_PRIMITIVE_OF[facility])
    if expected == "not PAM_SUCCESS":
        assert code != "PAM_SUCCESS"
    else:
        assert expected == code


def test_no_expectation_is_left_out() -> None:
    assert len(_expectations()) == 14


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")
