"""Allocations and system calls that fail, one after the other, each in a child of its own."""

from __future__ import annotations

import os
import platform

import pytest

from tests.native.faults.building import Workshop
from tests.native.faults.subject import FINE, GRANTED, Subject, play

pytestmark = [pytest.mark.needs("libpam", "pam_unix", "cc")]

FULL = os.environ.get("PAMKIT_FAULTS") == "full"
POINTS = "0" if FULL else "40"
TIMEOUT = 7200.0 if FULL else 250.0

_is_x86 = platform.machine() == "x86_64"
needs_x86 = pytest.mark.xfail(not _is_x86, reason="the tracer knows one machine", run=False)


@pytest.mark.timeout(TIMEOUT)
@pytest.mark.parametrize("manner", ["from", "only"])
@pytest.mark.parametrize("service", ["deny", "asks", "unix"])
def test_no_failing_allocation_grants_hangs_or_crashes(
    service: str, manner: str, subject: Subject, workshop: Workshop
) -> None:
    if (subject.name, service, manner) == ("stock", "unix", "from"):
        pytest.xfail("there it asks for an account again and again: we must be better")
    starve = [workshop.driver("starve"), service, manner, "1", POINTS]
    ended = play(subject, starve, patience=TIMEOUT)
    if service == "unix" and "signal" in ended.out:
        # The C library's own look-up of accounts crashes at some of them, under any libpam.
        assert "granted" not in ended.out + ended.err
        assert "hung" not in ended.out
        return
    assert ended.status == FINE, ended.out + ended.err


@needs_x86
@pytest.mark.timeout(TIMEOUT)
@pytest.mark.parametrize("manner", ["from", "only"])
@pytest.mark.parametrize("kind", ["memory", "files", "all"])
@pytest.mark.parametrize("service", ["deny", "asks"])
def test_no_failing_system_call_grants_hangs_or_crashes(
    service: str, kind: str, manner: str, subject: Subject, workshop: Workshop
) -> None:
    inject = [workshop.driver("inject"), service, kind, manner, POINTS]
    ended = play(subject, inject, patience=TIMEOUT)
    assert ended.status == FINE, ended.out + ended.err


@pytest.mark.parametrize("fault", ["granted", "hung", "signal 6"])
def test_starving_sees_a_bad_library(fault: str, workshop: Workshop) -> None:
    control = {"granted": "starved-grant", "hung": "starved-loop"}.get(fault, "starved-crash")
    starve = [workshop.driver("starve"), "deny", "only", "1", "0", "500"]
    ended = play(workshop.control(control), starve, patience=60)
    assert fault in ended.out
    assert ended.status != FINE


@needs_x86
def test_injecting_sees_a_bad_library(workshop: Workshop) -> None:
    inject = [workshop.driver("inject"), "deny", "memory", "from", "0"]
    ended = play(workshop.control("starved-grant"), inject, patience=60)
    assert ended.status == GRANTED, ended.out
