"""Names of places on a page: made of numbers, or of words that cannot be anything else."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.report.contents import Contents
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.span import Span

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


class Names:
    """Gives services, files, lines and findings of one page the names they are linked by."""

    def __init__(self, contents: Contents) -> None:
        """Name everything that the contents have."""
        self._services: dict[str, str] = {}
        for number, sheet in enumerate(contents.sheets):
            name = sheet.service.name
            # A name that could be read as something else has its number instead.
            is_plain = name != "" and _PLAIN.issuperset(name)
            self._services[name] = f"s-{name}" if is_plain else f"s.{number}"
        self._files = {file.path: n for n, file in enumerate(contents.tree.files)}
        self._findings = {each: n for n, each in enumerate(contents.report.findings)}

    def service(self, name: str) -> str:
        """Return the name of a service; empty if it is not on the page."""
        return self._services.get(name, "")

    def file(self, path: str) -> str:
        """Return the name of a file."""
        return f"f{self._files.get(path, 'x')}"

    def line(self, span: Span) -> str:
        """Return the name of the line that a span begins in."""
        return f"l{self._files.get(span.file, 'x')}-{span.line}"

    def finding(self, finding: Finding) -> str:
        """Return the name of a finding where it stands in its file."""
        return f"w{self._findings.get(finding, 'x')}"
