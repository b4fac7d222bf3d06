"""The whole page: an overview, the services with their ladders, and the files.

It needs nothing from anywhere: style and script are in it, and its own policy forbids all else.
The same contents give the same bytes.
"""

from __future__ import annotations

import binascii
import hashlib

from pamkit.report.chain import facility_section
from pamkit.report.escape import escaped
from pamkit.report.listing import listing, note
from pamkit.report.names import Names
from pamkit.report.purpose import purpose
from pamkit.report.style import SCRIPT, style
from pamkit.report.svg import sample
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.tree import File
    from pamkit.report.contents import Contents, Sheet

_FILTERS = (
    ("all", "all"),
    ("only-broken", "a claim is broken"),
    ("only-found", "something was found"),
)


def page(contents: Contents) -> str:
    """Return the page as HTML, to be written as UTF-8."""
    return "".join(_Page(contents).parts())


class _Page:
    def __init__(self, contents: Contents) -> None:
        self.contents, self.names = contents, Names(contents)
        self.slots = max(
            (len(sheet.of(f)) for sheet in contents.sheets for f in Facility), default=0
        )
        own = [sheet.service.file.path for sheet in contents.sheets]
        self.own = frozenset(path for path in own if own.count(path) == 1)

    def parts(self) -> list[str]:
        parts = [self._head(), self._overview(), self._legend()]
        parts += [self._service(n, sheet) for n, sheet in enumerate(self.contents.sheets)]
        return [*parts, self._files(), "</main>", f"<script>{SCRIPT}</script></body></html>\n"]

    def _said(self, text: str) -> str:
        return escaped(self.contents.line(text))

    # --- the page ---

    def _head(self) -> str:
        css, place = style(self.slots), self._said(self.contents.place)
        allowed = f"default-src 'none'; style-src '{_hash(css)}'; script-src '{_hash(SCRIPT)}'"
        date = (
            f'<p class="quiet">{self._said(self.contents.date)}</p>' if self.contents.date else ""
        )
        return (
            '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            f'<meta http-equiv="Content-Security-Policy" content="{allowed};'
            " base-uri 'none'; form-action 'none'\">"
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            '<meta name="referrer" content="no-referrer">'
            '<meta name="color-scheme" content="light dark">'
            f"<title>PAM policies of {place}</title><style>{css}</style></head>\n<body>"
            '<a class="skip" href="#services">skip to the services</a>'
            f"<header><h1>PAM policies of <code>{place}</code></h1>{self._summary()}{date}</header>"
            f"{self._navigation()}<main>"
        )

    def _summary(self) -> str:
        sheets, report = self.contents.sheets, self.contents.report
        broken = sum(sheet.broken for sheet in sheets)
        proved = sum(sheet.proved for sheet in sheets)
        counts = [
            _count(len(sheets), "service"),
            f"{_count(proved, 'claim')} proved, {broken} broken",
            *(_count(report.count(each), each.name.lower()) for each in reversed(list(Severity))),
        ]
        return f'<p class="counts">{" &middot; ".join(counts)}</p>'

    def _navigation(self) -> str:
        links = "".join(
            f'<li><a href="#{self.names.service(sheet.service.name)}">'
            f"{self._said(sheet.service.name)}</a>{_flag(sheet)}</li>"
            for sheet in self.contents.sheets
        )
        return f'<nav aria-label="services"><ol>{links}</ol></nav>'

    def _overview(self) -> str:
        anchors = "".join(f'<span class="anchor" id="{name}"></span>' for name, _ in _FILTERS)
        links = "".join(f'<li><a href="#{name}">{said}</a></li>' for name, said in _FILTERS)
        levels = "".join(
            f'<th scope="col" class="number">{each.name.lower()}s</th>'
            for each in reversed(list(Severity))
        )
        rows = "".join(self._line(sheet) for sheet in self.contents.sheets)
        return (
            f'<section aria-labelledby="services"><h2 id="services" tabindex="-1">Services</h2>'
            f'{anchors}<ul class="filters" aria-label="show services where">{links}</ul>'
            '<table class="overview"><caption>What holds of each service, and what was found in'
            f' the files it reads</caption><thead><tr><th scope="col">service</th>'
            f'<th scope="col" class="claims">claims</th>{levels}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
            f"{self._aside()}</section>"
        )

    def _line(self, sheet: Sheet) -> str:
        found = sheet.found
        counts = {each: sum(f.severity is each for f in found) for each in Severity}
        cells = "".join(
            f'<td class="number">{_number(counts[each], each.name.lower())}</td>'
            for each in reversed(list(Severity))
        )
        classes = [*(["broken"] if sheet.broken else ()), *(["found"] if found else ())]
        about = purpose(sheet.service.name)
        said = f' <span class="for">{about}</span>' if about else ""
        return (
            f'<tr class="{" ".join(classes)}"><th scope="row">'
            f'<a href="#{self.names.service(sheet.service.name)}">'
            f"{self._said(sheet.service.name)}</a>{said}</th>"
            f'<td class="claims">{_verdict(sheet)}</td>{cells}</tr>'
        )

    def _aside(self) -> str:
        """Return what is to be said of no service: files left over, findings without a line."""
        tree = self.contents.tree
        known = {file.path for file in self._shown()}
        lost = [each for each in self.contents.report.findings if each.span.file not in known]
        odd = [*tree.left_over, *tree.unreadable]
        text = "".join(note(self.contents, self.names, each) for each in lost)
        if odd:
            items = "".join(
                f"<li><code>{self._said(path)}</code>: {self._said(why)}</li>" for path, why in odd
            )
            text += f'<ul class="odd">{items}</ul>'
        return f"<h3>About no service</h3>{text}" if text else ""

    def _legend(self) -> str:
        strands = (
            ("m-open", "nothing is decided yet"),
            ("m-yes", "somebody said yes, nobody refused"),
            ("m-part", "somebody said something that is no clear yes"),
            ("m-no", "refused: only a reset can lead back"),
            ("never", "no run comes this way"),
        )
        items = "".join(f"<li>{sample(name)} {said}</li>" for name, said in strands)
        return (
            '<details class="legend"><summary>How to read a ladder</summary><p>A run goes down the'
            " rail from rung to rung, and each rung asks one module. To the left are jumps, and the"
            " two ways out: <i>counts and ends</i>, and <i>refuses and ends</i>. A substack is a"
            " box: what ends in it goes on behind it. A dotted edge marks lines from another file."
            " The strands of a way say how runs can stand that take it:</p>"
            f"<ul>{items}</ul><p>Open a claim to see its run.</p></details>"
        )

    # --- services ---

    def _service(self, number: int, sheet: Sheet) -> str:
        service, anchor = sheet.service, self.names.service(sheet.service.name)
        about = purpose(service.name)
        said = f' <span class="about">{about}</span>' if about else ""
        if service.failure is not None:
            why = self._said(str(service.failure))
            body = f'<p class="note error">The service is refused as a whole: {why}.</p>'
            if not service.whole:
                body = f'<p class="note">A file that it includes is not here: {why}.</p>'
        else:
            trouble = (
                f'<p class="note warning">{escaped(sheet.trouble)}</p>' if sheet.trouble else ""
            )
            body = trouble + "".join(
                facility_section(self.contents, self.names, number, sheet, facility)
                for facility in Facility
            )
        return (
            f'<section class="service" id="{anchor}" aria-labelledby="n{number}">'
            f'<h2 id="n{number}"><a href="#{anchor}">{self._said(service.name)}</a>{said}'
            f' <span class="verdict">{_verdict(sheet)}</span></h2>{body}'
            f'{self._own_file(sheet)}<p class="up"><a href="#services">all services</a></p>'
            "</section>"
        )

    def _own_file(self, sheet: Sheet) -> str:
        file = sheet.service.file
        if file.path not in self.own:
            link = f'<a href="#{self.names.file(file.path)}">{self._said(file.path)}</a>'
            return f'<p class="quiet">Its lines are in {link}.</p>'
        return self._file(file, "h3")

    def _files(self) -> str:
        shared = [file for file in self._shown() if file.path not in self.own]
        if not shared:
            return ""
        texts = "".join(self._file(file, "h3") for file in shared)
        return (
            '<section class="service" aria-labelledby="files"><h2 id="files">Files of several'
            f" services</h2>{texts}</section>"
        )

    def _file(self, file: File, heading: str) -> str:
        count = _count(len(file.syntax.text.splitlines()), "line")
        return (
            f'<section class="file"><{heading}><code>{self._said(file.path)}</code>'
            f' <span class="about">{count}</span></{heading}>'
            f"{listing(self.contents, self.names, file)}</section>"
        )

    def _shown(self) -> list[File]:
        """Return the files that the services on the page read, in order."""
        paths = {sheet.service.file.path for sheet in self.contents.sheets}
        for sheet in self.contents.sheets:
            if sheet.service.policy is not None:
                paths |= {file.name for file in sheet.service.policy.files}
        return [file for file in self.contents.tree.files if file.path in paths]


def _verdict(sheet: Sheet) -> str:
    if sheet.service.failure is not None:
        if not sheet.service.whole:
            return '<b class="mark plain">not all here</b>'
        return '<b class="mark bad">refused</b>'
    if sheet.broken:
        rest = f" {sheet.proved} proved" if sheet.proved else ""
        return f'<b class="mark bad">{sheet.broken} broken</b>{rest}'
    if sheet.proved:
        return f'<b class="mark good">{sheet.proved} proved</b>'
    return '<span class="quiet">not judged</span>'


def _flag(sheet: Sheet) -> str:
    if sheet.broken:
        return ' <b class="mark bad">!<span class="far"> a claim is broken</span></b>'
    return ""


def _number(count: int, name: str) -> str:
    return f'<b class="badge {name}">{count}</b>' if count else '<span class="quiet">0</span>'


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{binascii.b2a_base64(digest, newline=False).decode()}"
