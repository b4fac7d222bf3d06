"""A policy in plain words, and as a tree."""

from __future__ import annotations

from pamkit.analysis.circumstance import USER, VALUES
from pamkit.analysis.wording import ABOUT, USERS, because, effect, told
from pamkit.cli.columns import wrapped
from pamkit.cli.explanation import line_name
from pamkit.cli.findings import findings_of, show_findings
from pamkit.cli.line_meaning import options, purpose
from pamkit.cli.row import module_name, where
from pamkit.cli.shown import argument, policy_text, shown
from pamkit.vocab.codes import WORDS
from pamkit.vocab.facility import Facility, word
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.analysis.grants import Granted, Summary, Way
    from pamkit.analysis.leads import Rung
    from pamkit.analysis.model import Declarations
    from pamkit.cli.explanation import Part
    from pamkit.cli.screen import Screen
    from pamkit.policy.chain import Chain, Substack
    from pamkit.policy.resolve import Policy

_MOST_WAYS = 6


class _Words(Record):
    """How it is said that somebody is let by, and may be."""

    yes: str
    perhaps: str


_LET_BY = {
    Facility.AUTH: _Words("are let in", "may be let in"),
    Facility.ACCOUNT: _Words("are let by", "may be let by"),
    Facility.PASSWORD: _Words("can change the password", "may change the password"),
    Facility.SESSION: _Words("get a session", "may get a session"),
}


def show_policy(screen: Screen, policy: Policy, parts: Iterable[Part], known: Declarations) -> None:
    """Show a policy in plain words."""
    files = ", ".join(shown(file.name) for file in policy.files)
    _say(screen, 0, ("", f"`{shown(policy.service)}` is made of "), ("dim", files))
    findings = findings_of(policy)
    if findings:
        screen.line()
        show_findings(screen, findings)
    for part in parts:
        screen.line()
        _head(screen, part, policy)
        before: tuple[Substack, ...] = ()
        for rung in part.rungs:
            _enter(screen, rung.inside, before)
            before = rung.inside
            _line(screen, rung, known)
        _sum(screen, part)


def show_tree(screen: Screen, policy: Policy, parts: Iterable[Part]) -> None:
    """Show the lines of a policy as a tree, with where their answers lead."""
    for part in parts:
        _head(screen, part, policy)
        before: tuple[Substack, ...] = ()
        for rung in part.rungs:
            for depth, inside in _entered(rung.inside, before):
                stem = f"{screen.glyphs.trunk}  " * depth + screen.glyphs.branch
                name = f"{where(inside.span)}  substack {policy_text(inside.name)}"
                screen.line((f"{stem} ", "dim"), (name, ""))
            before = rung.inside
            stem = f"{screen.glyphs.trunk}  " * len(rung.inside)
            screen.line(
                (f"{stem}{screen.glyphs.branch} ", "dim"),
                (f"{where(rung.link.span)}  ", ""),
                (module_name(rung.link), "name"),
                (f"  {policy_text(' '.join(rung.link.control.split()))}", "dim"),
            )
            for who, what in _said(rung):
                parts_ = [(f"{who}: ", _style(what)), (what, "")]
                for line in wrapped(parts_, screen.width - len(stem) - 4):
                    screen.line((f"{stem}{screen.glyphs.trunk}   ", "dim"), *line)
        screen.line((f"{screen.glyphs.last} the end", "dim"))


def _head(screen: Screen, part: Part, policy: Policy) -> None:
    _say(screen, 0, ("head", word(part.facility)), ("", f": {ABOUT[part.facility]}"))
    if not part.chain.links:
        _say(screen, 2, ("bad", "there is no line: everybody is refused"))
    elif part.chain.origin != policy.service:
        text = f"`{shown(policy.service)}` has no line for it: those of `other` count"
        _say(screen, 2, ("warn", text))


def _enter(screen: Screen, inside: tuple[Substack, ...], before: tuple[Substack, ...]) -> None:
    for depth, substack in _entered(inside, before):
        name = policy_text(substack.name)
        _say(
            screen,
            2 + 2 * depth,
            ("", f"{where(substack.span)}  "),
            ("name", f"substack {name}"),
            ("", ": its lines are asked here, and an end or a jump in it stays inside"),
        )


def _entered(
    inside: tuple[Substack, ...], before: tuple[Substack, ...]
) -> Iterable[tuple[int, Substack]]:
    """Return the substacks that are entered between two lines, with their depths."""
    return [
        (depth, substack)
        for depth, substack in enumerate(inside)
        if depth >= len(before) or before[depth] is not substack
    ]


def _line(screen: Screen, rung: Rung, known: Declarations) -> None:
    link, indent = rung.link, 2 + 2 * len(rung.inside)
    declaration = known(link.module)
    args = "".join(f" {argument(arg)}" for arg in link.args)
    _say(
        screen,
        indent,
        ("", f"{where(link.span)}  "),
        ("name", module_name(link)),
        ("", args),
        ("dim", f"  {policy_text(' '.join(link.control.split()))}"),
    )
    if link.refusal:
        _say(screen, indent + 4, ("bad", f"it can only refuse: {policy_text(link.refusal)}"))
    elif declaration is None:
        _say(screen, indent + 4, ("warn", "nothing is known of this module: any answer may come"))
    else:
        _say(screen, indent + 4, ("dim", purpose(declaration)))
    for option, meaning in options(link, declaration):
        _say(screen, indent + 4, ("dim", f"{option}: {meaning}"))
    for who, what in _said(rung):
        _say(screen, indent + 4, (_style(what), f"{who}: "), ("", what))


def _said(rung: Rung) -> Iterable[tuple[str, str]]:
    return [(who, policy_text(effect(rung, lead, line_name))) for who, lead in told(rung)]


def _style(what: str) -> str:
    if what.startswith(("counts as a yes", "says yes")):
        return "good"
    return "bad" if "refuse" in what or what.startswith("is a no") else ""


def _sum(screen: Screen, part: Part) -> None:
    if not part.chain.links:
        return
    screen.line(("  in all", "head"))
    if part.summary is None:
        _say(screen, 4, ("warn", "there are too many lines to look at every run"))
        return
    for granted in part.summary.granted:
        _granted(screen, part.facility, granted)
    _lines(screen, part.summary, part.chain)


def _granted(screen: Screen, facility: Facility, granted: Granted) -> None:
    is_usual = any(way.usual for way in granted.ways)
    # What might be let in although it is not there is more puzzling than telling.
    users = tuple(u for u in granted.users if u != "nobody" or is_usual or not granted.ways)
    if not users:
        return
    who, let_by = _users(users), _LET_BY[facility]
    if not granted.ways:
        _say(screen, 4, ("bad", who), ("", ": no way in is known"))
        return
    for title, style, is_of_any_day in (
        (f"{who} {let_by.yes}", "good", True),
        (f"{who} {let_by.perhaps}, and nobody can rely on it", "warn", False),
    ):
        ways = [way for way in granted.ways if way.usual is is_of_any_day]
        if not ways:
            continue
        if facility not in _JUDGING and is_of_any_day:
            _say(screen, 4, (style, title), ("", ", unless a line says no"))
            continue
        _say(screen, 4, (style, title))
        for way in ways[:_MOST_WAYS]:
            _say(screen, 6, ("", _way(way)))
        if len(ways) > _MOST_WAYS:
            _say(screen, 6, ("", f"in {len(ways) - _MOST_WAYS} more ways; `--json` has all"))


_JUDGING = (Facility.AUTH, Facility.ACCOUNT)


def _users(users: tuple[str, ...]) -> str:
    if users == VALUES[USER]:
        return "all users"
    return ", ".join(USERS[user] for user in users)


def _way(way: Way) -> str:
    """Return when it is that somebody is let by, and which lines say so."""
    told_by = []
    for choice in way.telling:
        reasons = because(choice.outcome.settles) or (f"it answers {WORDS[choice.outcome.code]}",)
        told_by.append(f"{policy_text(' and '.join(reasons))}, {line_name(choice.link)}")
    assumed = "".join(f"; nothing is known of `{policy_text(name)}`" for name in way.assumed)
    if told_by:
        return f"if {'; and if '.join(told_by)}{assumed}"
    steps = (f"{line_name(each.link)} answers {WORDS[each.outcome.code]}" for each in way.run)
    return f"whatever they give: {', '.join(steps)}{assumed}"


def _lines(screen: Screen, found: Summary, chain: Chain) -> None:
    for title, links in (
        ("refusing at once", found.refusing),
        ("refusing in the end", found.denying),
        ("never asked, whatever comes", found.unreached),
    ):
        if links:
            names = ", ".join(line_name(link) for link in links)
            _say(screen, 4, ("", f"{title}: "), ("", names))


def _say(screen: Screen, indent: int, *parts: tuple[str, str]) -> None:
    """Show styled texts, broken into lines that are indented alike."""
    for at, line in enumerate(
        wrapped([(text, style) for style, text in parts], _room(screen, indent))
    ):
        screen.line((" " * (indent + 2 * (at > 0)), ""), *line)


def _room(screen: Screen, indent: int) -> int:
    return screen.width - indent - 2
