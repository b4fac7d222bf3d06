from __future__ import annotations

import os

from bench.speed import machine


def test_the_machine_is_described_and_not_named() -> None:
    facts = machine.facts()
    assert {"cpu", "cores", "kernel", "python", "libpam", "date"} <= set(facts)
    said = " ".join(str(value) for value in facts.values()).split()
    assert [word for word in said if word == os.uname().nodename or word.startswith("/")] == []
