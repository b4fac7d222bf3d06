"""Whatever stands in a policy or is answered in a conversation: `PamError` or nothing.

That it also ends is seen by the time limit of every test, and by the counts that are bounded.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.module.call import ModuleCall
from pamkit.policy.chain import Chain, Link
from pamkit.policy.compile import compile_policy, jump_findings
from pamkit.policy.control import parse_brackets
from pamkit.policy.dialect import DEBIAN, LINUX, QUIRK_SETS, QUIRKS, Dialect
from pamkit.policy.parser import parse
from pamkit.policy.resolve import MAX_ENTRIES, resolve, service_name
from pamkit.policy.source import MemorySource, Outcome, Reading
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.item import Item
from pamkit.vocab.message import Message
from tests.properties.probe import probe
from tests.properties.test_print_parse_is_identity import TEXTS

SEEDS = (
    b"#%PAM-1.0\nauth required pam_unix.so nullok\naccount include common\n-session optional a\n",
    b"@include common\nauth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n",
    b"auth substack common\nauth include other\npassword sufficient pam_x.so \\\n  use_authtok\n",
    b"other auth required pam_deny.so\nsu auth required pam_unix.so\nsu account include su\n",
    b"auth include test\nauth substack test\nauth include common\nbogus\nauth\n[ \n",
)
_WORDS = (b"include", b"substack", b"@include", b"test", b"common", b"other", b"\\\n", b"[", b"]")
MUTANTS = 10_000


def mutated(dice: random.Random) -> str:
    """Return a policy with some bytes changed, cut out, doubled or thrown in."""
    raw = bytearray(dice.choice(SEEDS))
    for _ in range(dice.randrange(8)):
        at = dice.randrange(len(raw) + 1)
        match dice.randrange(5):
            case 0:
                raw[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del raw[at : at + dice.randrange(12)]
            case 2:
                raw[at:at] = raw[at : at + dice.randrange(40)]
            case 3:
                raw[at:at] = dice.choice(_WORDS)
            case _:
                raw[at:at] = dice.randbytes(dice.randrange(6))
    return raw.decode("utf-8", "surrogateescape")


class Flaky(MemorySource):
    """Files in memory; every read may fail."""

    def __init__(self, files: dict[str, str], dice: random.Random) -> None:
        super().__init__(files)
        self._dice = dice

    def read(self, path: str) -> Reading:
        reading = super().read(path)
        if self._dice.random() < 0.03:
            return Reading(self._dice.choice(list(Outcome)), reading.text, "as the dice fell")
        return reading


def test_ten_thousand_mutated_policies_are_read_or_refused() -> None:
    dice = random.Random(20_240_229)
    refused = 0
    granted_by_nothing: list[Link] = []
    for _ in range(MUTANTS // 3):
        texts = [mutated(dice) for _ in range(3)]
        names = ("/etc/pam.d/test", "/etc/pam.d/common", "/etc/pam.d/other")
        if dice.random() < 0.1:
            names = ("/etc/pam.conf", "/etc/common", "/etc/x")
        source = Flaky(dict(zip(names, texts, strict=True)), dice)
        quirks = frozenset(quirk for quirk in QUIRKS if dice.random() < 0.2)
        try:
            policy = resolve("test", source, dialect=dice.choice([LINUX, DEBIAN]), quirks=quirks)
        except PolicyError:
            refused += 1
            continue
        for chain in compile_policy(policy).values():
            assert isinstance(chain, Chain)
            jump_findings(chain)
            granted_by_nothing += [link for link in chain if not link.module and not link.refusal]
    assert granted_by_nothing == []
    assert 0 < refused < MUTANTS // 3


@settings(max_examples=300)
@given(st.binary(max_size=200), st.sampled_from([LINUX, DEBIAN]), st.booleans())
def test_any_bytes_are_a_policy_with_findings(raw: bytes, dialect: Dialect, conf: bool) -> None:
    text = raw.decode("utf-8", "surrogateescape")
    for quirks in QUIRK_SETS.values():
        file = parse(text, "f", dialect, with_service=conf, quirks=quirks)
        assert file.text == text
        assert all(finding.message.isprintable() for finding in file.findings)


@settings(max_examples=300)
@given(TEXTS, TEXTS, st.sampled_from([(), tuple(QUIRKS)]))
def test_any_texts_are_resolved_or_refused(one: str, two: str, quirks: tuple[str, ...]) -> None:
    source = MemorySource({"/etc/pam.d/su": one, "/etc/pam.d/other": two})
    try:
        policy = resolve("su", source, dialect=DEBIAN, quirks=frozenset(quirks))
    except PolicyError:
        return
    compile_policy(policy)


@settings(max_examples=200)
@given(st.text())
def test_any_control_is_a_table(text: str) -> None:
    assert len(parse_brackets(text).actions) == 32


@settings(max_examples=200)
@given(st.text())
def test_any_name_is_a_service_or_refused(name: str) -> None:
    try:
        served = service_name(name)
    except PolicyError:
        return
    assert "/" not in served
    assert served not in ("", ".", "..")


ANSWERS: list[Callable[[], Any]] = [
    lambda: None,
    list,
    lambda: [None],
    lambda: ["a", "b"],
    lambda: "a",
    lambda: b"a",
    lambda: [1],
    lambda: [True],
    lambda: [["a"]],
    lambda: ["a\0b"],
    lambda: [b"\0"],
    lambda: [chr(0xD800)],
    lambda: ["\udcff"],
    lambda: [b"\xff" * 100_000],
    lambda: ["x" * 1_000_000],
    lambda: iter(["a"]),
    lambda: {"a": "b"},
    lambda: object(),
    lambda: 1 / 0,
    lambda: [][0],
    lambda: (_ for _ in ()).throw(KeyError("no")),
]
"""What a conversation may hand back by mistake, or raise."""


async def _asks(call: ModuleCall[Any]) -> int:
    await call.user()
    token = await call.authtok(Item.AUTHTOK)
    return ReturnCode.SUCCESS if token.matches(b"right") else ReturnCode.AUTH_ERR


@pytest.mark.parametrize("which", range(len(ANSWERS)))
def test_no_answer_of_a_conversation_escapes_or_grants(which: int) -> None:
    def converse(messages: tuple[Message, ...]) -> Any:
        return ANSWERS[which]()

    for user in (None, "alice"):
        trial = Trial(
            "auth sufficient pam_probe.so", probe(_asks), user=user, conversation=converse
        )
        assert trial.authenticate() != ReturnCode.SUCCESS


@settings(max_examples=200)
@given(st.lists(st.none() | st.text() | st.binary() | st.integers(), max_size=3))
def test_any_answers_end_in_a_code(answers: list[Any]) -> None:
    trial = Trial(
        "auth required pam_probe.so", probe(_asks), user=None, conversation=lambda _: answers
    )
    assert trial.authenticate() != ReturnCode.SUCCESS


# --- bounded time --------------------------------------------------------------------------------


@pytest.mark.parametrize("quirks", [(), tuple(QUIRK_SETS["libpam"]), tuple(QUIRKS)])
@pytest.mark.parametrize("files", [1, 2, 8, 30])
def test_an_include_bomb_ends_soon(files: int, quirks: tuple[str, ...]) -> None:
    kinds = ("auth include", "auth substack", "account include", "@include")
    text = "".join(f"{kind} f{n}\n" for n in range(files) for kind in kinds)
    source = MemorySource({f"/etc/pam.d/f{n}": text for n in range(files)})
    try:
        policy = resolve("f0", source, dialect=DEBIAN, quirks=frozenset(quirks))
        found = [finding.rule for finding in policy.findings]
        chains = compile_policy(policy).values()
        assert sum(1 for chain in chains for _ in chain) <= 2 * MAX_ENTRIES
    except PolicyError as refused:
        found = [finding.rule for finding in refused.findings]
    assert {"include-bomb", "self-include"} & set(found)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\\\n" * 100_000, id="continuations of nothing"),
        pytest.param("a \\\n" * 40_000 + "b", id="one line of many"),
        pytest.param("[" * 200_000, id="brackets"),
        pytest.param("[\\]" * 100_000, id="escaped brackets"),
        pytest.param("auth required x.so " + "a " * 40_000, id="words"),
        pytest.param("auth [" + "success=ok" * 50_000 + "] x.so", id="pairs"),
        pytest.param("auth [success=" + "9" * 400_000 + "] x.so", id="digits"),
        pytest.param("auth " + "x" * 400_000 + " x.so", id="a control"),
        pytest.param("x\n" * 8_000, id="findings"),
        pytest.param("\0\r#\\\n" * 10_000, id="odd bytes"),
        pytest.param("\xe9" * 200_000, id="a line that is cut"),
    ],
)
def test_a_long_file_is_read_in_time_that_grows_with_its_length(text: str) -> None:
    for quirks in (frozenset[str](), frozenset(QUIRKS)):
        again = parse(text, "f", quirks=quirks).text
        assert again.encode("utf-8", "surrogateescape") == text.encode()
