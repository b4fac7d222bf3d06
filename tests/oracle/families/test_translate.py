"""Random policies, translated, against an evaluator that knows nothing of the translator's proof.

N=5000 python -m pytest tests/oracle/families/test_translate.py
"""

from __future__ import annotations

import itertools
import os
import random
from typing import NamedTuple

from pamkit.analysis.translate import Translated, translated
from pamkit.analysis.translate_lines import Put
from pamkit.analysis.translate_runs import PASSES, Kind, Parting, Pass
from pamkit.policy.chain import Chain
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import dialect_named
from pamkit.policy.resolve import resolve
from pamkit.policy.source import Layout, MemorySource
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import Facility, Primitive
from tests.oracle.families import model

NAMES = ("linux", "debian", "openpam", "netbsd", "macos", "solaris", "illumos", "cde")
COUNT = int(os.environ.get("N", "60"))
SEED = int(os.environ.get("SEED", "8"))
ANSWERS = ("SUCCESS", "NEW_AUTHTOK_REQD", "IGNORE", "TRY_AGAIN", "AUTH_ERR", "PERM_DENIED", "ABORT")
_CALLS = {
    Primitive.AUTHENTICATE: "authenticate",
    Primitive.ACCT_MGMT: "account",
    Primitive.OPEN_SESSION: "open",
    Primitive.SETCRED: "setcred",
    Primitive.CLOSE_SESSION: "close",
}
_BASES = {"debian": "linux", "netbsd": "openpam"}


class Policy(NamedTuple):
    """A random policy of one facility: the words of its lines, an include in place of some."""

    source: str
    target: str
    facility: Facility
    words: tuple[str, ...]
    included: tuple[int, int] | None


def policy(draw: random.Random) -> Policy:
    source, target = draw.sample(NAMES, 2)
    words = model.WORDS_OF[_BASES.get(source, source)]
    usable = [each for each in words if (source, each) not in (("linux", "binding"),)]
    if source in ("linux", "debian"):
        usable = [each for each in usable if each != "binding"]
    chosen = tuple(draw.choice(usable) for _ in range(draw.randint(1, 6)))
    cut = None
    if source != "cde" and draw.random() < 0.4:
        begin = draw.randrange(len(chosen))
        cut = (begin, draw.randint(begin + 1, len(chosen)))
    return Policy(source, target, draw.choice(list(Facility)), chosen, cut)


def chain(of: Policy) -> Chain:
    """Write the policy down with its include, read it, and return its chain."""
    in_columns = of.source in ("solaris", "illumos", "cde")
    service = "svc " if in_columns else ""
    facility = of.facility.name.lower()
    lines = [f"{service}{facility} {word} pam_m{n}.so" for n, word in enumerate(of.words)]
    files = {}
    if of.included is not None:
        begin, end = of.included
        part = "\n".join(lines[begin:end]) + "\n"
        name = "/usr/lib/security/part" if in_columns else "part"
        lines[begin:end] = [f"{service}{facility} include {name}"]
        files["/usr/lib/security/part" if in_columns else "/etc/pam.d/part"] = part
    text = "\n".join(lines) + "\n"
    if of.source in ("openpam", "netbsd"):
        text += "".join(
            f"{each.name.lower()} required pam_deny.so\n"
            for each in Facility
            if each is not of.facility
        )
    files["/etc/pam.conf" if in_columns else "/etc/pam.d/svc"] = text
    layout = Layout() if not in_columns else None
    resolved = resolve("svc", MemorySource(files), layout=layout, dialect=dialect_named(of.source))
    return compile_policy(resolved)[of.facility]


def outcome(dialect: str, which: Pass, words: tuple[str, ...], answers: tuple[str, ...]) -> str:
    """Return what a family's model says to words of that family."""
    base = _BASES.get(dialect, dialect)
    call = _CALLS.get(which.primitive) or ("update" if which.update else "preliminary")
    stack = tuple(map(model.Line, words, answers))
    return model.evaluate(base, call, stack).code


def by_table(lines: tuple[Put, ...], answers: dict[int, str], which: Pass) -> str:
    """Return what Linux-PAM says to lines in brackets; written from `pam.conf(5)`."""
    verdict, code, at = "", "PERM_DENIED", 0
    while at < len(lines):
        line = lines[at]
        answer = said(line, answers, which)
        action = table(line.control)[answer]
        at += 1
        if action.isdigit():
            at += int(action)
            if at > len(lines):
                return "PERM_DENIED"
        elif action in ("ok", "done"):
            if not verdict or (verdict == "yes" and code == "SUCCESS"):
                verdict, code = "yes", answer
            if action == "done" and verdict == "yes":
                break
        elif action in ("bad", "die"):
            if verdict != "no":
                verdict, code = "no", answer
            if action == "die":
                break
        else:
            assert action == "ignore", action
    return code if verdict else "PERM_DENIED"


def table(control: str) -> dict[str, str]:
    """Return the action word for each code."""
    plain = {
        "required": "[success=ok new_authtok_reqd=ok ignore=ignore default=bad]",
        "requisite": "[success=ok new_authtok_reqd=ok ignore=ignore default=die]",
        "sufficient": "[success=done new_authtok_reqd=done default=ignore]",
        "optional": "[success=ok new_authtok_reqd=ok default=ignore]",
    }
    pairs = dict(pair.split("=") for pair in plain.get(control, control).strip("[]").split())
    rest = pairs.get("default", "bad")
    return {ReturnCode(n).name: pairs.get(word, rest) for n, word in enumerate(WORDS)}


def said(line: Put, answers: dict[int, str], which: Pass) -> str:
    if line.origin is not None:
        return answers.get(line.origin, "ABORT")
    if line.module == "+permit":
        return "SUCCESS"
    session = which.primitive in (Primitive.OPEN_SESSION, Primitive.CLOSE_SESSION)
    return "SESSION_ERR" if session else "AUTH_ERR"


def of_lines(dialect: str, which: Pass, lines: tuple[Put, ...], answers: dict[int, str]) -> str:
    if dialect in ("linux", "debian"):
        return by_table(lines, answers, which)
    words = tuple(line.control for line in lines)
    return outcome(dialect, which, words, tuple(said(line, answers, which) for line in lines))


def is_shown(of: Policy, lines: tuple[Put, ...], parting: Parting) -> bool:
    """Whether a witness is one, by the models of both families."""
    answers = {n: ReturnCode(c).name if c < 32 else "ABORT" for n, c in parting.answers}
    whole = tuple(answers.get(n, "ABORT") for n in range(len(of.words)))
    old = outcome(of.source, parting.which, of.words, whole)
    new = of_lines(of.target, parting.which, lines, answers)
    if parting.kind is Kind.NO_UPDATE:
        return old == new == "SUCCESS" and "cde" in (of.source, of.target)
    return (old == "SUCCESS", new == "SUCCESS") == (
        parting.kind is Kind.STRICTER,
        parting.kind is Kind.LOOSER,
    )


def differs(of: Policy, lines: tuple[Put, ...], draw: random.Random) -> str:
    """Return a run that one grants and the other does not; empty if there is none."""
    count = len(of.words)
    every = itertools.product(ANSWERS, repeat=count)
    some = ([draw.choice(ANSWERS) for _ in range(count)] for _ in range(400))
    for answers in every if count <= 3 else some:
        for which in PASSES[of.facility]:
            old = outcome(of.source, which, of.words, tuple(answers))
            new = of_lines(of.target, which, lines, dict(enumerate(answers)))
            if (old == "SUCCESS") is not (new == "SUCCESS"):
                return f"{of} {which.words} {answers}: {old}, translated {new}"
    return ""


def judged(of: Policy, found: Translated, draw: random.Random) -> str:
    if found.lines is not None:
        return differs(of, found.lines, draw)
    if found.witness is None:
        return f"{of}: refused without a witness: {found.why}"
    witness = found.witness
    return "" if is_shown(of, witness.lines, witness.parting) else f"{of}: no witness: {witness}"


def test_a_translation_grants_when_the_original_does_or_is_refused_with_a_witness() -> None:
    draw = random.Random(SEED)
    wrong = []
    translations = 0
    for _ in range(COUNT):
        of = policy(draw)
        found = translated(chain(of), dialect_named(of.source), dialect_named(of.target))
        translations += found.lines is not None
        if what := judged(of, found, draw):
            wrong.append(what)
    print(f"{COUNT} policies: {translations} translated, {COUNT - translations} refused")
    assert wrong == []
    assert COUNT * 0.3 < translations < COUNT * 0.9, "neither all nor nothing is refused"
