"""The text of a policy file on the page: numbered lines, with what was found below each."""

from __future__ import annotations

from pamkit.report.chain import level
from pamkit.report.escape import escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.tree import File
    from pamkit.report.contents import Contents
    from pamkit.report.names import Names
    from pamkit.vocab.diagnostic import Finding


def listing(contents: Contents, names: Names, file: File) -> str:
    """Return the text of a file, every line with a name that it is linked by."""
    name = names.file(file.path)
    lines = [line.rstrip("\r") for line in file.syntax.text.split("\n")]
    if lines[-1] == "":
        lines.pop()
    found: dict[int, list[Finding]] = {}
    for each in contents.report.findings:
        if each.span.file == file.path:
            found.setdefault(min(max(each.span.line, 1), max(len(lines), 1)), []).append(each)
    secrets = _secrets(contents, file)
    rows = "".join(
        f'<li id="l{name[1:]}-{number}"{_mark(found.get(number))}>'
        f"<code>{_text(contents, line, secrets.get(number, []))}</code>"
        f"{_notes(contents, names, found.get(number, []))}</li>"
        for number, line in enumerate(lines or [""], 1)
    )
    return f'<ol class="text" id="{name}">{rows}</ol>'


def note(contents: Contents, names: Names, finding: Finding) -> str:
    """Return a finding as it stands at its place."""
    help_ = f'<br><span class="help">{escaped(contents.line(finding.help))}</span>'
    return (
        f'<p class="note {level(finding)}" id="{names.finding(finding)}">'
        f'<b class="badge {level(finding)}">{level(finding)}</b>'
        f" {escaped(contents.line(finding.message))}"
        f'{help_ if finding.help else ""} <span class="rule">{escaped(finding.rule)}</span></p>'
    )


def _mark(found: list[Finding] | None) -> str:
    if not found:
        return ""
    worst = max(found, key=lambda each: each.severity)
    return f' class="has {level(worst)}"'


def _text(contents: Contents, line: str, secrets: list[tuple[int, int, str]]) -> str:
    """Return a line as it may be shown; ``secrets`` are what stands for stretches of it."""
    parts, at = [], 0
    for start, end, instead in sorted(secrets):
        parts += [_plain(contents, line[at:start]), escaped(instead)]
        at = end
    return "".join((*parts, _plain(contents, line[at:])))


def _plain(contents: Contents, text: str) -> str:
    """Return a stretch without secrets; what stands in brackets may be one argument."""
    first, *groups = text.split("[")
    parts = [_outside(contents, first)]
    for group in groups:
        inside, closing, behind = group.partition("]")
        parts.append(f"[{escaped(contents.argument(inside))}{closing}")
        parts.append(_outside(contents, behind))
    return "".join(parts)


def _outside(contents: Contents, text: str) -> str:
    # A tab is no more than a tab.
    return "\t".join(escaped(contents.line(part)) for part in text.split("\t"))


def _secrets(contents: Contents, file: File) -> dict[int, list[tuple[int, int, str]]]:
    """Return by line where arguments stand that hold a secret, and what is shown for them."""
    found: dict[int, list[tuple[int, int, str]]] = {}
    for entry in file.syntax.entries:
        for word in entry.args:
            instead = contents.argument(word.text)
            if instead in (word.text, contents.line(word.text)):
                continue
            span = word.span
            last = max(span.line, span.end_line)
            for number in range(span.line, last + 1):
                start = span.column - 1 if number == span.line else 0
                end = span.end_column - 1 if number == last else _TO_THE_END
                said = instead if number == span.line else ""
                found.setdefault(number, []).append((start, end, said))
    return found


_TO_THE_END = 1 << 30


def _notes(contents: Contents, names: Names, found: list[Finding]) -> str:
    return "".join(note(contents, names, each) for each in found)
