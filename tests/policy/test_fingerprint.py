from __future__ import annotations

import pytest

from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import DEBIAN, LINUX, Dialect
from pamkit.policy.fingerprint import meaning_of
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.vocab.facility import Facility

_FIRST = "auth required pam_a.so one two\nauth sufficient pam_b.so\n"


def _meaning(
    text: str, dialect: Dialect = LINUX, quirks: frozenset[str] = frozenset(), **more: str
) -> str:
    files = {"/etc/pam.d/x": text, **{f"/etc/pam.d/{name}": t for name, t in more.items()}}
    policy = resolve("x", MemorySource(files), dialect=dialect, quirks=quirks)
    return meaning_of(compile_policy(policy)[Facility.AUTH])


@pytest.mark.parametrize(
    "other",
    [
        "# a remark\n\nauth  required\tpam_a.so one two\nauth sufficient pam_b.so # another\n",
        "auth required pam_a.so one two\nsession required pam_c.so\nauth sufficient pam_b.so\n",
        "auth [success=ok new_authtok_reqd=ok ignore=ignore default=bad] pam_a.so one two\n"
        "auth sufficient pam_b.so\n",
    ],
)
def test_what_is_written_otherwise_and_means_the_same_is_equal(other: str) -> None:
    assert _meaning(_FIRST) == _meaning(other)


def test_an_include_is_its_lines_and_a_substack_is_not() -> None:
    assert _meaning("auth include y\n", y=_FIRST) == _meaning(_FIRST)
    assert _meaning("auth substack y\n", y=_FIRST) != _meaning(_FIRST)


@pytest.mark.parametrize(
    "other",
    [
        "auth sufficient pam_b.so\nauth required pam_a.so one two\n",
        "auth required pam_a.so one\nauth sufficient pam_b.so\n",
        "auth required pam_a.so onetwo\nauth sufficient pam_b.so\n",
        "auth required pam_a.so [one two]\nauth sufficient pam_b.so\n",
        "auth requisite pam_a.so one two\nauth sufficient pam_b.so\n",
        "auth required pam_c.so one two\nauth sufficient pam_b.so\n",
        "auth required pam_a.so one two\n",
        "auth required pam_a.so one two\nauth sufficient pam_b.so\nauth required pam_c.so\n",
        "auth nonsense pam_a.so one two\nauth sufficient pam_b.so\n",
    ],
)
def test_what_means_something_else_is_not(other: str) -> None:
    assert _meaning(_FIRST) != _meaning(other)


def test_the_text_does_not_hang_on_which_characters_a_python_shows() -> None:
    assert _meaning("auth required pam_x.so \N{LATIN SMALL LETTER E WITH ACUTE}\n").isascii()


def test_the_same_lines_under_another_dialect_or_other_quirks_mean_something_else() -> None:
    steered = frozenset({"answers-steer-replay"})
    odd = LINUX.changed(jump_counts=False)
    meanings = [
        _meaning(_FIRST),
        _meaning(_FIRST, DEBIAN),
        _meaning(_FIRST, odd),
        _meaning(_FIRST, quirks=steered),
        _meaning(_FIRST, quirks=steered | {"flags-unchecked"}),
    ]
    assert len(set(meanings)) == len(meanings)
