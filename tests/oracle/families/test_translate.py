"""Random policies, translated, against an evaluator that knows nothing of the translator's proof.

Their modules may answer anything, or what random declarations of both families let them answer.

N=5000 python -m pytest tests/oracle/families/test_translate.py
"""

from __future__ import annotations

import itertools
import math
import os
import random
from typing import NamedTuple

from pamkit.analysis.translate import Translated, translated
from pamkit.analysis.translate_answers import ANY, Answers, answers_of
from pamkit.analysis.translate_lines import Put
from pamkit.analysis.translate_runs import PASSES, Kind, Parting, Pass
from pamkit.module.declaration import Declaration, declare
from pamkit.policy.chain import Chain
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import dialect_named
from pamkit.policy.resolve import resolve
from pamkit.policy.source import Layout, MemorySource
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import Facility, Primitive
from tests.oracle.families import model

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

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
    """A random policy of one facility: the words of its lines, an include in place of some.

    ``here`` and ``there`` are what each line's module states in the two families; `None`: nobody
    knows it.  ``idle`` are modules of lines that do nothing but answer.
    """

    source: str
    target: str
    facility: Facility
    words: tuple[str, ...]
    included: tuple[int, int] | None
    here: tuple[Declaration | None, ...] = ()
    there: tuple[Declaration | None, ...] = ()
    idle: tuple[str, ...] = ()

    def module(self, number: int) -> str:
        """Return the name of a line's module."""
        return (self.idle[number] if self.idle else "") or f"pam_m{number}"


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


def declared(draw: random.Random, of: Policy) -> Policy:
    """Return a policy whose modules are known, most of them, in its family or in both."""
    here = tuple(stated(draw) if draw.random() < 0.8 else None for _ in of.words)
    there = tuple(
        draw.choice((known, None, stated(draw))) if draw.random() < 0.9 else None for known in here
    )
    return of._replace(here=here, there=there)


def jumping(draw: random.Random) -> Policy:
    """Return a policy of Linux-PAM that jumps, as Debian's do: over lines that say no."""
    source, target = draw.choice(("linux", "debian")), draw.choice(NAMES[2:])
    count = draw.randint(1, 3)
    words = [f"[success={count - n} default=ignore]" for n in range(count)]
    words += [draw.choice(("requisite", "required")), draw.choice(("required", "optional"))]
    more = draw.choices(("required", "requisite", "sufficient", "optional"), k=draw.randint(0, 2))
    idle = [""] * count + ["pam_deny", draw.choice(("pam_permit", ""))] + [""] * len(more)
    of = Policy(source, target, draw.choice(list(Facility)), (*words, *more), None)
    of = declared(draw, of)._replace(idle=tuple(idle))
    said = {"pam_deny": NO, "pam_permit": YES}
    here, there = (
        tuple(said.get(name, usual) for name, usual in zip(idle, every, strict=True))
        for every in (of.here, of.there)
    )
    return of._replace(here=here, there=there)


NO = declare("pam_deny", answers=dict.fromkeys(Primitive, "auth_err"), examples=())
YES = declare("pam_permit", answers=dict.fromkeys(Primitive, "success"), examples=())


def stated(draw: random.Random) -> Declaration:
    """Return a module that has most functions, and gives few answers to each."""
    answers = {
        each: " ".join(
            ReturnCode[name].name.lower()
            for name in draw.sample(ANSWERS, draw.choice((1, 2, 2, 3, 4)))
        )
        for each in Primitive
        if draw.random() < 0.97
    }
    return declare("pam_m", answers=answers or {Primitive.SETCRED: "success"}, examples=())


def known_of(of: Policy) -> Answers:
    """Return what the translator is told of the modules."""
    if not of.here:
        return ANY
    ways = (dialect_named(of.source), dialect_named(of.target))
    return answers_of(chain(of), *ways, found_in(of, of.here), found_in(of, of.there))


def found_in(
    of: Policy, every: tuple[Declaration | None, ...]
) -> Callable[[str], Declaration | None]:
    names = {of.module(n): known for n, known in enumerate(every)} | {"pam_allow": YES}
    return lambda written: names[written.rpartition("/")[2].partition(".")[0]]


def permitted(of: Policy, number: int, primitive: Primitive) -> tuple[str, ...]:
    """Return what may be answered to a line: by its module, and by the one of that name there.

    Where nobody knows the one there it is taken to be the same.
    """
    if not of.here:
        return ANSWERS
    here = of.here[number]
    there = of.there[number] or here
    mine, theirs = (
        set() if each is None else {code.name for code in each.answers.get(primitive, ())}
        for each in (here, there)
    )
    if not mine or not theirs:
        return ANSWERS
    return tuple(name for name in ANSWERS if name in mine | theirs)


def lacks(of: Policy) -> bool:
    """Whether a module is known to have no function there."""
    asked = {which.primitive for which in PASSES[of.facility]}
    return any(
        each not in there.answers for there in of.there if there is not None for each in asked
    )


def chain(of: Policy) -> Chain:
    """Write the policy down with its include, read it, and return its chain."""
    in_columns = of.source in ("solaris", "illumos", "cde")
    service = "svc " if in_columns else ""
    facility = of.facility.name.lower()
    lines = [f"{service}{facility} {word} {of.module(n)}.so" for n, word in enumerate(of.words)]
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
    if any(word.startswith("[") for word in words):
        lines = tuple(Put(n, word, (), "") for n, word in enumerate(words))
        return by_table(lines, dict(enumerate(answers)), which)
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
    """Whether a witness is one, by the models of both families, of answers that may be given."""
    for number, code in parting.answers:
        usual = permitted(of, number, parting.which.primitive)
        if usual is not ANSWERS and (code >= 32 or ReturnCode(code).name not in usual):
            return False
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
    for which in PASSES[of.facility]:
        may = [permitted(of, n, which.primitive) for n in range(count)]
        some = ([draw.choice(each) for each in may] for _ in range(400))
        is_small = math.prod(map(len, may)) <= 400
        for answers in itertools.product(*may) if is_small else some:
            old = outcome(of.source, which, of.words, tuple(answers))
            new = of_lines(of.target, which, lines, dict(enumerate(answers)))
            if (old == "SUCCESS") is not (new == "SUCCESS"):
                return f"{of} {which.words} {answers}: {old}, translated {new}"
    return ""


def judged(of: Policy, found: Translated, draw: random.Random) -> str:
    if found.lines is not None:
        return differs(of, found.lines, draw)
    if "has no function" in found.why:
        return "" if lacks(of) else f"{of}: {found.why}"
    if found.witness is None:
        return f"{of}: refused without a witness: {found.why}"
    witness = found.witness
    return "" if is_shown(of, witness.lines, witness.parting) else f"{of}: no witness: {witness}"


def judge_all(count: int, make: Callable[[random.Random], Policy]) -> tuple[int, int, list[str]]:
    """Translate random policies; return how many were, how many rest on answers, what is wrong."""
    draw = random.Random(SEED)
    wrong = []
    translations = rests = 0
    for _ in range(count):
        of = make(draw)
        ways = (dialect_named(of.source), dialect_named(of.target))
        found = translated(chain(of), *ways, answers=known_of(of))
        translations += found.lines is not None
        rests += bool(found.rests)
        if what := judged(of, found, draw):
            wrong.append(what)
    print(f"{count} policies: {translations} translated ({rests} rest on what is known),", end=" ")
    print(f"{count - translations} refused")
    return translations, rests, wrong


def test_a_translation_grants_when_the_original_does_or_is_refused_with_a_witness() -> None:
    translations, rests, wrong = judge_all(COUNT, policy)
    assert (wrong, rests) == ([], 0)
    assert COUNT * 0.3 < translations < COUNT * 0.9, "neither all nor nothing is refused"


def test_it_does_so_for_every_answer_that_is_declared() -> None:
    translations, rests, wrong = judge_all(COUNT, lambda draw: declared(draw, policy(draw)))
    assert wrong == []
    assert COUNT * 0.4 < translations < COUNT * 0.95, "neither all nor nothing is refused"
    assert rests > COUNT * 0.1, "some need to know what is declared"


def test_it_does_so_where_lines_jump_over_a_no() -> None:
    translations, rests, wrong = judge_all(COUNT, jumping)
    assert wrong == []
    assert COUNT * 0.2 < translations < COUNT * 0.95, "neither all nor nothing is refused"
    assert rests > COUNT * 0.1, "some need to know what is declared"


def test_a_translation_grants_alike_as_long_as_its_basis_holds() -> None:
    """What is said to be needed is all that is: other lines may then answer anything."""
    draw = random.Random(SEED)
    wrong = []
    for _ in range(COUNT):
        of = declared(draw, policy(draw))
        ways = (dialect_named(of.source), dialect_named(of.target))
        found = translated(chain(of), *ways, answers=known_of(of))
        if found.lines is None:
            continue
        never = {(rest.number, rest.primitive): rest.never for rest in found.rests}
        for which in PASSES[of.facility]:
            may = [
                [
                    name
                    for name in ANSWERS
                    if ReturnCode[name] not in never.get((number, which.primitive), ())
                ]
                for number in range(len(of.words))
            ]
            for _ in range(100):
                answers = tuple(draw.choice(each) for each in may)
                old = outcome(of.source, which, of.words, answers)
                new = of_lines(of.target, which, found.lines, dict(enumerate(answers)))
                if (old == "SUCCESS") is not (new == "SUCCESS"):
                    wrong.append(f"{of} {which.words} {answers}: {old}, translated {new}")
    assert wrong == []
