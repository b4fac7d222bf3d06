"""One facility of a service on the page: its ladder with the words beside it, claims, findings."""

from __future__ import annotations

from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import Model
from pamkit.policy.chain import Link, Substack
from pamkit.policy.control import NOTE, SETTLE, Action
from pamkit.report.course import courses, moods
from pamkit.report.escape import escaped
from pamkit.report.ladder import ROOT, Frame, ladder
from pamkit.report.svg import drawing
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import CODE_COUNT, WORDS, ReturnCode
from pamkit.vocab.diagnostic import Finding
from pamkit.vocab.facility import Facility, Primitive, word
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.report.contents import Contents, Judged, Sheet, Step
    from pamkit.report.course import Course, Stop
    from pamkit.report.ladder import Ladder
    from pamkit.report.names import Names
    from pamkit.vocab.span import Span

ABOUT = {
    Facility.AUTH: "are they who they say?",
    Facility.ACCOUNT: "may they come in now?",
    Facility.PASSWORD: "a new password",
    Facility.SESSION: "before and after",
}
"""What each facility is asked."""

_PRIMITIVES = {
    Facility.AUTH: Primitive.AUTHENTICATE,
    Facility.ACCOUNT: Primitive.ACCT_MGMT,
    Facility.PASSWORD: Primitive.CHAUTHTOK,
    Facility.SESSION: Primitive.OPEN_SESSION,
}

_DOES = {
    Action.IGNORE: "is ignored",
    Action.OK: "counts",
    Action.DONE: "counts and ends",
    Action.BAD: "refuses",
    Action.DIE: "refuses and ends",
    Action.RESET: "starts over",
    NOTE: "is remembered",
    SETTLE: "counts and ends",
}

_SO_FAR = {
    Mood.UNDECIDED: "nothing is decided",
    Mood.GRANTED: "yes so far",
    Mood.QUALIFIED: "no clear yes so far",
    Mood.DENIED: "refused",
}

_IN_THE_END = {
    Mood.UNDECIDED: "nobody said yes: refused",
    Mood.GRANTED: "yes",
    Mood.QUALIFIED: "no yes",
    Mood.DENIED: "refused",
}


class _Run(Record, eq=False):
    """A claim with its runs on the ladder; chauthtok goes through it twice."""

    slot: int
    judged: Judged
    courses: tuple[Course, ...]


def facility_section(
    contents: Contents, names: Names, number: int, sheet: Sheet, facility: Facility
) -> str:
    """Return the section of one facility of the service with this number."""
    key = f"{number}-{word(facility)}"
    head = (
        f'<section class="facility" aria-labelledby="h{key}"><h3 id="h{key}">{word(facility)}'
        f' <span class="about">{ABOUT[facility]}</span></h3>'
    )
    return head + _Section(contents, names, number, sheet, facility).text() + "</section>"


class _Section:
    """Makes the section of one facility."""

    def __init__(
        self, contents: Contents, names: Names, number: int, sheet: Sheet, facility: Facility
    ) -> None:
        self.contents, self.names = contents, names
        self.number, self.key = number, f"{number}-{word(facility)}"
        self.sheet, self.service, self.facility = sheet, sheet.service, facility
        self.chain = sheet.service.chains[facility]
        self.ladder = ladder(self.chain.links)
        self.runs = tuple(self._runs(sheet.of(facility)))
        self.through = self._through()

    def text(self) -> str:
        rungs = self._list(self.ladder.frames[ROOT])
        figure = f'<div class="ladder">{self._drawing()}{rungs}</div>'
        beside = self._claims() + self._findings()
        side = f'<div class="side">{beside}</div>' if beside else ""
        return f'{self._whose()}<div class="pair">{figure}{side}</div>'

    def _whose(self) -> str:
        """Return whose lines these are, if they are not the service's own."""
        if self.chain.origin == self.service.name:
            return ""
        place = self.names.service(self.chain.origin)
        other = f'<a href="#{place}">other</a>' if place else "<code>other</code>"
        return f'<p class="quiet">No line of its own: those of {other} are asked.</p>'

    # --- the ladder ---

    def _drawing(self) -> str:
        model = Model(self.service.declarations, _PRIMITIVES[self.facility], special=TABLES)

        def codes(link: Link) -> tuple[int, ...]:
            return tuple(dict.fromkeys(row.code for row in model.rows(link)))

        title = f"{word(self.facility)} of {self.contents.line(self.service.name)}, as a ladder"
        runs = [(run.slot, course) for run in self.runs for course in run.courses]
        return drawing(self.ladder, moods(self.ladder, codes), runs, title)

    def _list(self, frame: Frame) -> str:
        rows = "".join(self._row(link) for link in frame.links)
        if frame.number == ROOT:
            return f'<ol class="rungs">{rows}{self._end()}</ol>'
        return f"<ol>{rows}{_out_of(self.ladder, frame)}</ol>"

    def _row(self, link: Link | Substack) -> str:
        inside = ""
        if isinstance(link, Substack):
            does = '<span class="does">asked as one, with an end of its own</span>'
            name, args, control = f"substack {self._said(link.name)}", "", ""
            inside = self._list(self.ladder.frames[self.ladder.rung(link.number).inside])
        else:
            name = self._said(link.module) or "<i>no module</i>"
            args = " ".join(escaped(self.contents.argument(arg)) for arg in link.args)
            control = f"{self._control(link)} "
            does = f'<span class="does">{self._does(link)}</span>'
        stops = self.through.get(link.number, ())
        classes = ["rung", *(["off"] if isinstance(link, Link) and link.refusal else ())]
        classes += ["from"] if link.span.file != self.service.file.path else []
        classes += [f"in{slot}" for slot, _ in stops]
        answers = "".join(_answer(slot, stop) for slot, stop in stops)
        return (
            f'<li class="{" ".join(classes)}" id="r{self.key}-{link.number + 1}"><div class="row">'
            f'<p class="what"><span class="no">{link.number + 1}</span> <b>{name}</b>'
            f' <span class="args">{args}</span>{self._badges(link.span)}</p>'
            f'<p class="how"><span class="told">{control}{does}</span>'
            f" {self._place(link.span)}</p>{answers}</div>"
            f"{inside}</li>"
        )

    def _control(self, link: Link) -> str:
        """Return a control as written; a bracket form that can be read is said in words alone."""
        if link.control.startswith("[") and len(set(link.actions)) > 1:
            return ""
        return f'<span class="control">{self._said(link.control)}</span>'

    def _does(self, link: Link) -> str:
        """Return in words what the answers of a line do."""
        if link.refusal:
            return f"always refuses: {self._said(link.refusal)}"
        common = max(dict.fromkeys(link.actions), key=link.actions.count)
        alike: dict[int, list[str]] = {}
        for code, action in enumerate(link.actions):
            if action != common and not _is_clear(link, code):
                alike.setdefault(action, []).append(WORDS[code])
        said = [f"{', '.join(codes)} {self._acts(link, a)}" for a, codes in alike.items()]
        rest = "else" if said else "any answer"
        return " &middot; ".join([*said, f"{rest} {self._acts(link, common)}"])

    def _acts(self, link: Link, action: int) -> str:
        if action <= 0:
            return _DOES[Action(action)]
        rung = self.ladder.rung(link.number)
        frame, target = self.ladder.frames[rung.frame], rung.at + 1 + action
        if target < frame.size:
            return f"goes to {frame.links[target].number + 1}"
        return "goes to the end" if target == frame.size else "jumps too far: refused"

    def _end(self) -> str:
        ends = [(run.slot, run.courses[-1].verdict.mood) for run in self.runs if run.courses]
        answers = "".join(
            f'<p class="answer w{slot}">end: <b class="{_MARK[mood]}">{_IN_THE_END[mood]}</b></p>'
            for slot, mood in ends
        )
        asked = "yes, if somebody said so and nobody refused"
        if not self.chain.links:
            asked = "nobody is asked: refused"
        slots = "".join(f" in{slot}" for slot, _ in ends)
        return f'<li class="end{slots}"><p class="how">end: {asked}</p>{answers}</li>'

    def _badges(self, span: Span) -> str:
        found = self.sheet.found_at(span)
        return "".join(
            f' <a class="badge {level(each)}" href="#{self.names.finding(each)}">{level(each)}'
            f'<span class="far">: {escaped(each.rule)}</span></a>'
            for each in found
        )

    def _place(self, span: Span) -> str:
        name = self._said(span.file.rpartition("/")[2])
        return f'<a class="at" href="#{self.names.line(span)}">{name}:{span.line}</a>'

    # --- beside it ---

    def _runs(self, judged: tuple[Judged, ...]) -> Iterator[_Run]:
        for slot, each in enumerate(judged):
            asked = [step for step in each.steps if step.is_asked]
            codes = [step.code for step in asked if step.facility is self.facility]
            yield _Run(slot, each, courses(self.ladder, codes))

    def _through(self) -> dict[int, tuple[tuple[int, Stop], ...]]:
        found: dict[int, tuple[tuple[int, Stop], ...]] = {}
        for run in self.runs:
            for course in run.courses:
                for stop in course.stops:
                    number = stop.link.number
                    found[number] = (*found.get(number, ()), (run.slot, stop))
        return found

    def _claims(self) -> str:
        if not self.runs:
            return ""
        counted = [self._claim(run) for run in self.runs if run.judged.counts]
        others = [self._claim(run) for run in self.runs if not run.judged.counts]
        text = ""
        if counted:
            text += f"<h4>Claims</h4>{''.join(counted)}"
        if others:
            text += f"<h4>Also asked</h4>{''.join(others)}"
        return text

    def _claim(self, run: _Run) -> str:
        judged = run.judged
        if judged.is_proved:
            mark, said = "good", "proved"
        elif judged.is_broken:
            mark, said = "bad", "broken"
        elif judged.counts:
            mark, said = "plain", "unsure"
        else:
            mark, said = "plain", "yes" if judged.holds else "no"
        head = (
            f'<summary><b class="mark {mark}">{said}</b> '
            f"<span>{self._said(judged.sentence)}</span></summary>"
        )
        body = self._told(run)
        if judged.assumed:
            strangers = ", ".join(f"<code>{self._said(each)}</code>" for each in judged.assumed)
            body += f"<p>This rests on {strangers}, of which nothing is known.</p>"
        return f'<details class="claim c{run.slot}" name="c{self.key}">{head}{body}</details>'

    def _told(self, run: _Run) -> str:
        judged = run.judged
        if not judged.steps:
            does = "breaks it" if judged.is_of_all else "does"
            return f"<p>No run of the policy {does}.</p>"
        stops = [stop for course in run.courses for stop in course.stops]
        has_more = len({step.primitive for step in judged.steps}) > 1
        steps = "".join(
            f"<li>{self._told_step(step, stops, named=has_more)}</li>" for step in judged.steps
        )
        does = "breaks it" if judged.is_of_all else "does"
        last = ""
        if run.courses:
            last = f"<p>In the end: <b>{_IN_THE_END[run.courses[-1].verdict.mood]}</b>.</p>"
        return f"<p>A shortest run that {does}:</p><ol>{steps}</ol>{last}"

    def _told_step(self, step: Step, stops: list[Stop], *, named: bool) -> str:
        """Return a step in words; ``stops`` are those on this ladder that are not told yet.

        With ``named`` it is said to which call the link answers.
        """
        because = ", ".join(
            f"{self._of(step.link, name)}: {self._of(step.link, value)}"
            for name, value in step.because
        )
        note = f' <span class="quiet">({because})</span>' if because else ""
        place = f"{self.number}-{word(step.facility)}-{step.link.number + 1}"
        call = f" to {step.primitive.name.lower()}" if named else ""
        then = ""
        if step.is_asked and stops and stops[0].link is step.link:
            then = f", {_then(stops.pop(0))}"
        return (
            f'<a href="#r{place}">{step.link.number + 1} {self._said(step.link.module)}</a>'
            f" answers <b>{code_word(step.code)}</b>{call}{note}{then}"
        )

    def _of(self, link: Link, text: str) -> str:
        """Return a text that may quote the arguments of a link."""
        for arg in link.args:
            text = text.replace(arg, self.contents.argument(arg)) if arg else text
        return self._said(text)

    def _findings(self) -> str:
        found: dict[Finding, None] = {}
        for rung in self.ladder.rungs:
            found |= dict.fromkeys(self.sheet.found_at(rung.link.span))
        own = [each for each in found if each.span.file == self.service.file.path]
        shared = [each for each in found if each.span.file != self.service.file.path]
        if not found:
            return ""
        rows = [finding_text(self.contents, self.names, each) for each in own]
        rows += [self._elsewhere(each) for each in shared]
        items = "".join(f'<li class="finding {level(row[0])}">{row[1]}</li>' for row in rows)
        return f'<h4>Findings</h4><ul class="findings">{items}</ul>'

    def _elsewhere(self, finding: Finding) -> tuple[Finding, str]:
        name = self._said(finding.span.file.rpartition("/")[2])
        return finding, (
            f'<b class="badge {level(finding)}">{level(finding)}</b> {escaped(finding.rule)} in'
            f' <a href="#{self.names.finding(finding)}">{name}:{finding.span.line}</a>'
        )

    def _said(self, text: str) -> str:
        return escaped(self.contents.line(text))


_MARK = {
    Mood.DENIED: "no",
    Mood.UNDECIDED: "open",
    Mood.QUALIFIED: "part",
    Mood.GRANTED: "yes",
}


def code_word(code: int) -> str:
    """Return a code as a policy spells it, or its number if it has no name."""
    return WORDS[code] if 0 <= code < CODE_COUNT else str(code)


def level(finding: Finding) -> str:
    """Return how bad a finding is, in a word that is a class as well."""
    return finding.severity.name.lower()


def finding_text(contents: Contents, names: Names, finding: Finding) -> tuple[Finding, str]:
    """Return a finding with the text of it and what to do."""
    text = (
        f'<b class="badge {level(finding)}">{level(finding)}</b>'
        f' <a href="#{names.finding(finding)}">line {finding.span.line}</a>:'
        f" {escaped(contents.line(finding.message))}"
    )
    if finding.help:
        text += f'<br><span class="help">{escaped(contents.line(finding.help))}</span>'
    return finding, f'{text} <span class="rule">{escaped(finding.rule)}</span>'


def _out_of(ladder: Ladder, frame: Frame) -> str:
    outer = ladder.frames[frame.outer]
    name = "the end"
    if frame.behind < outer.size:
        name = str(outer.links[frame.behind].number + 1)
    elif outer.outer >= 0:
        name = "the end of the substack around it"
    return f'<li class="end"><p class="how">end of the substack: on to {name}</p></li>'


def _is_clear(link: Link, code: int) -> bool:
    """Whether nobody has to be told what a code does: it does what nearly every control does."""
    if code == ReturnCode.NEW_AUTHTOK_REQD:
        return link.actions[code] == link.actions[ReturnCode.SUCCESS]
    return code == ReturnCode.IGNORE and link.actions[code] == Action.IGNORE


def _answer(slot: int, stop: Stop) -> str:
    mark = _MARK[stop.mood]
    return (
        f'<p class="answer w{slot}">answers <b class="{mark}">{code_word(stop.code)}</b>:'
        f" {_then(stop)}</p>"
    )


def _then(stop: Stop) -> str:
    """Return how a run stands behind an answer, and where it goes on."""
    so_far = _SO_FAR[stop.mood]
    if isinstance(stop.after, Link):
        return f"{so_far}, on to {stop.after.number + 1}"
    return f"{so_far}, and that is the end"
