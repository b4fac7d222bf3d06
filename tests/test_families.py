"""Transactions in the dialects of other families: their modules, their rules, their quirks."""

from __future__ import annotations

from pathlib import Path

import pytest

from pamkit.assembly import dialect_named, registry
from pamkit.doors import start
from pamkit.doors.settings import parse_settings
from pamkit.policy.dialect import DIALECT_NAMES, FAMILIES
from pamkit.policy.dialect import dialect_named as dialect_of
from pamkit.transaction import Transaction
from pamkit.vocab.errors import PamError

_FACILITIES = ("auth", "account", "password", "session")


def _policies(place: Path, text: str) -> str:
    for name in ("app", "other"):
        (place / name).write_text(text)
    return str(place)


def _every(line: str) -> str:
    return "".join(f"{facility} {line}\n" for facility in _FACILITIES)


def test_a_name_that_is_no_dialect_is_answered_with_all_of_them() -> None:
    with pytest.raises(ValueError, match="expected one of " + ", ".join(DIALECT_NAMES)):
        dialect_named("ultrixos", "/")
    for name in DIALECT_NAMES:
        assert dialect_named(name, "/").name == name


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_has_its_own_registry_and_linux_has_its_own(name: str) -> None:
    family = registry(dialect=dialect_of(name))
    assert family.find("pam_faillock.so") is None
    linux = registry(dialect=dialect_of("debian"))
    assert type(linux) is type(registry()) is not type(family)
    assert linux.find("pam_faillock.so") is not None


def test_a_transaction_asks_the_modules_of_its_dialect(tmp_path: Path) -> None:
    confdir = _policies(tmp_path, _every("binding pam_permit"))
    with Transaction("app", "root", confdir=confdir, dialect="openpam") as transaction:
        transaction.acct_mgmt()
        (run,) = transaction.trace
        assert [step.link.module for step in run.steps] == ["pam_permit"]


def test_where_a_library_would_not_start_a_missing_module_refuses_every_call(
    tmp_path: Path,
) -> None:
    text = "auth required pam_zz\n" + "".join(
        f"{each} required pam_permit\n" for each in _FACILITIES[1:]
    )
    confdir = _policies(tmp_path, text)
    for dialect in ("openpam", "netbsd", "macos"):
        with Transaction("app", "root", confdir=confdir, dialect=dialect) as transaction:
            for call in (transaction.acct_mgmt, transaction.open_session):
                with pytest.raises(PamError):
                    call()


def test_what_nobody_refuses_passes_on_macos_only(tmp_path: Path) -> None:
    confdir = _policies(tmp_path, _every("optional pam_deny.so"))
    with Transaction("app", "root", confdir=confdir, dialect="macos") as transaction:
        transaction.acct_mgmt()
    with Transaction("app", "root", confdir=confdir, dialect="openpam") as transaction:
        with pytest.raises(PamError):
            transaction.acct_mgmt()


@pytest.mark.parametrize("name", ["openpam", "macos", "solaris", "aix"])
def test_the_settings_of_programs_in_c_take_every_family(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = parse_settings(f"dialect = {name}\nquirks = none\n", "/etc/pamkit.conf")
    monkeypatch.setattr(start, "_settings", lambda: settings)
    confdir = _policies(tmp_path, _every("required pam_deny.so"))
    made, _ = start.new_core("app", "root", confdir)
    assert made.policy.dialect is dialect_of(name)


def test_services_keep_their_case_where_the_family_does(tmp_path: Path) -> None:
    (tmp_path / "APP").write_text(_every("required pam_permit.so"))
    (tmp_path / "other").write_text(_every("required pam_deny.so"))
    with Transaction("APP", "root", confdir=str(tmp_path), dialect="openpam") as transaction:
        transaction.acct_mgmt()
    with Transaction("app", "root", confdir=str(tmp_path), dialect="openpam") as transaction:
        with pytest.raises(PamError):
            transaction.acct_mgmt()
