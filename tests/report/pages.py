"""Pages of trees in memory, and what is read back from them."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.lint import lint
from pamkit.cli.shown import argument, policy_text
from pamkit.policy.dialect import LINUX, Dialect
from pamkit.report.contents import Contents
from pamkit.report.page import page
from pamkit.report.sheet import sheets_of
from tests.analysis.trees import tree

VOID = frozenset({"meta", "br"})


def contents(
    files: Mapping[str, str | None] | str,
    *,
    place: str = "/",
    date: str = "",
    whole: bool = True,
    dialect: Dialect = LINUX,
) -> Contents:
    """Return the contents of a page about some files, or about one called `app`."""
    files = {"app": files} if isinstance(files, str) else files
    there = tree(files, whole=whole, dialect=dialect)
    services = sorted(there.services, key=lambda service: service.name)
    rules = chosen(rule_files())
    report = lint(there, rules)
    sheets = sheets_of(there, services, report, rules)
    return Contents(place, there, report, sheets, date, argument, policy_text)


class Read(HTMLParser):
    """A page as a reader without style sees it; fails where it is not well-formed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag not in VOID
        assert tag == self._open.pop()

    def handle_data(self, data: str) -> None:
        self.texts.append((tuple(self._open), data))

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def of(self, name: str) -> list[dict[str, str]]:
        """Return the attributes of all elements with a name, in order."""
        return [attrs for tag, attrs in self.tags if tag == name]

    def ids(self) -> list[str]:
        """Return all names of places, in order."""
        return [attrs["id"] for _, attrs in self.tags if "id" in attrs]

    def text(self, *inside: str) -> str:
        """Return the text of the page, or of all that is inside of elements with these names."""
        return "".join(text for around, text in self.texts if set(inside) <= set(around))


def read(files: Mapping[str, str | None] | str) -> Read:
    """Return the page about some files, read back."""
    return Read(page(contents(files)))
