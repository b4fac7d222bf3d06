"""The run of a claim as a case for libpam: every line is pam_debug and answers as the run says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from pamkit.analysis.verify import Result
from pamkit.cli.verify_replay import called, calls_made
from pamkit.policy.chain import Chain, Link, Substack
from pamkit.policy.control import ACTION_WORDS
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import Facility, Primitive, word
from pamkit.vocab.flags import Flag
from tests.oracle.case import CONF, MODULES, Case

_OPTIONS = {
    (Primitive.AUTHENTICATE, False): "auth",
    (Primitive.SETCRED, False): "cred",
    (Primitive.ACCT_MGMT, False): "acct",
    (Primitive.OPEN_SESSION, False): "open_session",
    (Primitive.CLOSE_SESSION, False): "close_session",
    (Primitive.CHAUTHTOK, False): "prechauthtok",
    (Primitive.CHAUTHTOK, True): "chauthtok",
}
_ESTABLISH = {"setcred": int(Flag.ESTABLISH_CRED)}


def case_of(result: Result, chains: Mapping[Facility, Chain]) -> Case:
    """Return the case that walks a run again."""
    said: dict[Link, dict[str, int]] = {}
    for choice in result.witness:
        primitive = called(choice, result)
        option = _OPTIONS[primitive, bool(choice.update)]
        said.setdefault(choice.link, {})[option] = choice.outcome.code
    files: dict[str, bytes] = {"other": b""}
    texts = [_text(chain.facility, chain.links, said, files) for chain in chains.values()]
    files["svc"] = b"".join(texts)
    calls = tuple((name, _ESTABLISH.get(name, 0)) for name in calls_made(result))
    return Case("svc", files, calls)


def _text(
    facility: Facility,
    links: tuple[Link | Substack, ...],
    said: Mapping[Link, Mapping[str, int]],
    files: dict[str, bytes],
) -> bytes:
    lines = []
    for link in links:
        if isinstance(link, Substack):
            name = f"sub-{word(facility)}-{link.number}"
            files[name] = _text(facility, link.links, said, files)
            lines.append(f"{word(facility)} substack {CONF}/{name}\n")
            continue
        no = dict.fromkeys(_OPTIONS.values(), ReturnCode.PERM_DENIED) if link.refusal else {}
        answers = {**said.get(link, {}), **no}
        words = " ".join(f"{name}={WORDS[code]}" for name, code in answers.items())
        lines.append(f"{word(facility)} {_control(link)} {MODULES}/pam_debug.so {words}\n")
    return "".join(lines).encode()


def _control(link: Link) -> str:
    ((usual, _),) = Counter(link.actions).most_common(1)
    rest = [
        f"{name}={_action(action)}"
        for name, action in zip(WORDS, link.actions, strict=True)
        if action != usual
    ]
    return f"[{' '.join((*rest, f'default={_action(usual)}'))}]"


def _action(action: int) -> str:
    return str(action) if action > 0 else ACTION_WORDS[-action]
