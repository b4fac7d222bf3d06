"""The page: all of it is ours, nothing of it comes from elsewhere, and all of it can be reached."""

from __future__ import annotations

import base64
import hashlib
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.analysis.explore import TooMany
from pamkit.analysis.verify import Result
from pamkit.policy.dialect import DEBIAN
from pamkit.report.escape import visible
from pamkit.report.page import page
from tests.report.pages import Read, contents, read
from tests.report.test_escape import any_text

TAGS = frozenset(
    {
        *("html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section"),
        *("h1", "h2", "h3", "h4", "p", "a", "b", "i", "code", "span", "br", "ul", "ol", "li"),
        *("div", "details", "summary", "table", "caption", "thead", "tbody", "tr", "th", "td"),
        *("svg", "desc", "path", "rect", "g", "script"),
    }
)
ATTRIBUTES = frozenset(
    {
        *("lang", "charset", "http-equiv", "content", "name", "class", "href", "id", "tabindex"),
        *("aria-label", "aria-labelledby", "aria-hidden", "role", "scope", "focusable"),
        *("viewbox", "width", "height", "preserveaspectratio", "d", "transform", "x", "y", "rx"),
    }
)

STOCK = {
    "app": "auth include shared\naccount required pam_unix.so\nsession optional pam_motd.so\n",
    "two": "auth sufficient pam_permit.so\nauth substack shared\n",
    "shared": "auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\n"
    "auth required pam_permit.so\n",
    "other": "auth required pam_deny.so\naccount required pam_deny.so\n",
}

HOSTILE = (
    "<script>alert(1)</script>",
    "</style><img src=http://evil.example/x onerror=alert(1)>",
    "\"' onmouseover='alert(1)' x=\"",
    "\u202ereversed\u2066 \u200b",
    "a\nb\rc\td",
    "]]><!--x--><?pi?><!DOCTYPE x>",
    "&amp;&#60;b&#62;",
    "javascript:alert(1)//%00",
)


def _is_ours(found: Read) -> None:
    assert {tag for tag, _ in found.tags} <= TAGS
    assert {name for _, attrs in found.tags for name in attrs} <= ATTRIBUTES
    assert len(set(found.ids())) == len(found.ids())
    goals = [attrs["href"] for attrs in found.of("a")]
    assert [goal for goal in goals if goal[:1] != "#" or goal[1:] not in found.ids()] == []
    named = [a["aria-labelledby"] for _, a in found.tags if "aria-labelledby" in a]
    assert set(named) <= set(found.ids())
    assert len(found.of("script")) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_and_words_stay_text(text: str) -> None:
    name = text.replace("/", "|")
    policy = f"auth {text} {text} {text}\nauth required {text}.so {text}\n@include {text}\n"
    policy += f"auth [success=1 {text}] pam_unix.so # {text}\nauth substack {text}\n"
    found = read({name: policy, "other": f"auth include {text}\n", f"{name}.bak": ""})
    _is_ours(found)
    assert len([attrs for attrs in found.of("section") if attrs.get("class") == "service"]) == 2


@settings(max_examples=25)
@given(st.text(st.characters(exclude_characters="/"), min_size=1, max_size=20), any_text, any_text)
def test_any_name_and_any_text_stay_text(name: str, words: str, text: str) -> None:
    found = Read(page(contents({name: text, "app": f"auth required pam_{words}.so {words}\n"})))
    _is_ours(found)


@pytest.mark.parametrize("text", HOSTILE)
def test_place_and_date_are_words_of_others_too(text: str) -> None:
    found = Read(page(contents("auth required pam_deny.so\n", place=text, date=text)))
    _is_ours(found)
    assert [visible(text)] * 3 == [
        found.text("head", "title").removeprefix("PAM policies of "),
        found.text("h1", "code"),
        found.text("header").rpartition("notes")[2],
    ]


def test_every_line_of_a_file_is_there_once_with_its_number() -> None:
    lines = ["# über", "auth required pam_unix.so a<b  # \x01", "", "auth\trequired pam_deny.so"]
    found = read("\n".join(lines) + "\n")
    assert [f"l0-{number}" for number in range(1, 5)] == [
        name for name in found.ids() if name.startswith("l0-")
    ]
    text = found.text("ol", "li", "code")
    assert "".join(lines).replace("\x01", "\\x01") == text


def test_a_line_of_brackets_is_a_line_like_others() -> None:
    line = "# " + "[" * 3000 + "a=b]" * 3000
    assert line == read(f"{line}\n").text("ol", "li", "code")


def test_the_same_tree_gives_the_same_bytes() -> None:
    assert page(contents(STOCK)) == page(contents(dict(reversed(STOCK.items()))))


def test_a_date_is_said_only_if_it_is_handed_in() -> None:
    assert "after the upgrade" in page(contents(STOCK, date="after the upgrade"))
    assert re.search(r"\b20\d\d\b", Read(page(contents(STOCK))).text("body", "header")) is None


def test_nothing_comes_from_elsewhere_and_the_page_says_so() -> None:
    text = page(contents(STOCK))
    assert re.findall(r"(?i)\bhttps?:|\bsrc=|@import|url\(|//[a-z]", text) == []
    found = Read(text)
    (policy,) = [a["content"] for a in found.of("meta") if "http-equiv" in a]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    style, script = found.text("style"), found.text("script")
    assert rules == {
        "default-src": "'none'",
        "style-src": _hash(style),
        "script-src": _hash(script),
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def test_secrets_of_modules_are_not_shown() -> None:
    policy = "auth required pam_mysql.so user=u passwd=hunter2 [url=mysql://u:hunter2@db/x]\n"
    policy += "# passwd=hunter2\n"
    text = page(contents(policy))
    assert "hunter2" not in text
    assert "user=u" in text


@pytest.mark.parametrize(
    "policy",
    [
        "auth required pam_mysql.so [passwd=hunter2 hunter2] x\n",
        "auth required pam_mysql.so a [passwd=hunter2 hunt\\\ner2 hunter2 \\\n hunter2] x\n",
        "# auth required pam_mysql.so [passwd=hunter2 hunter2]\n",
        "auth required pam_mysql.so [passwd=hunter2 hunter2\n",
        "auth requierd pam_unix.so\tpasswd=hunter2\n",
    ],
)
def test_a_secret_with_blanks_in_it_is_not_shown(policy: str) -> None:
    text = page(contents(policy))
    assert "hunt" not in text.replace("&", "")
    assert "passwd=&lt;hidden&gt;" in text


def test_headings_follow_one_another_and_tables_say_what_they_are() -> None:
    found = read(STOCK)
    levels = [int(tag[1]) for tag, _ in found.tags if tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 == levels.count(1)
    assert [(one, two) for one, two in pairwise(levels) if two > one + 1] == []
    assert len(found.of("table")) == len(found.of("caption")) == 1
    assert {"col", "row"} == {attrs["scope"] for attrs in found.of("th")}
    assert tuple(len(found.of(tag)) for tag in ("header", "nav", "main")) == (1, 1, 1)
    unsaid = [a for a in found.of("svg") if "aria-hidden" not in a and a.get("role") != "img"]
    assert unsaid == []
    assert len(found.of("desc")) == 4 * len([a for a in found.ids() if a.startswith("s-")])


def test_a_line_says_what_its_answers_do_and_where_it_comes_from() -> None:
    text = read(STOCK).text("main")
    assert "pam_unix.so nullok success goes to 3 · else is ignored shared:1" in text
    assert "requisite success counts · else refuses and ends shared:2" in text
    assert "asked as one, with an end of its own two:2" in text
    assert "end of the substack: on to the end" in text


def test_a_claim_that_is_broken_is_shown_with_its_run() -> None:
    found = read({"app": "auth required pam_permit.so\n", "other": STOCK["other"]})
    text = found.text("details")
    assert "broken nobody is let in who proved nothing" in text
    assert "1 pam_permit.so answers success, yes so far, and that is the end" in text
    assert "In the end: yes." in text
    slots = {attrs["class"] for attrs in found.of("g")}
    assert "run w0" in slots
    assert "app2 broken 2 proved" in found.text("table")


def test_what_hangs_on_a_stranger_is_unsure_and_no_mistake() -> None:
    found = read({"sshd": "auth optional pam_nobodys.so\n", "other": STOCK["other"]})
    text = found.text("details")
    assert "unsure" in text
    assert "This rests on pam_nobodys, of which nothing is known." in text


def test_a_run_of_several_calls_names_them_and_links_their_lines() -> None:
    lines = [f"{word} required pam_permit.so\n" for word in ("account", "session")]
    found = read({"sshd": "auth required pam_unix.so\n" + "".join(lines)})
    text = found.text("details")
    assert "broken a local user whose account has expired never comes through a whole login" in text
    assert "1 pam_unix.so answers success to authenticate" in text
    assert "1 pam_permit.so answers success to acct_mgmt" in text
    _is_ours(found)


def test_lines_of_other_stand_in_and_are_linked() -> None:
    found = read(STOCK)
    assert {"href": "#s-other"} in found.of("a")
    assert "No line of its own: those of other are asked." in found.text("main")


def test_what_is_found_of_one_service_is_not_counted_for_its_neighbour() -> None:
    there = contents(
        {
            "one": "auth include loose\n",
            "two": "auth required pam_deny.so\nauth include loose\n",
            "loose": "auth sufficient pam_permit.so\n",
        }
    )
    by_name = {sheet.service.name: {each.rule for each in sheet.found} for sheet in there.sheets}
    assert "grant-without-proof" in by_name["one"]
    assert "grant-without-proof" not in by_name["two"]


def test_findings_stand_at_their_lines() -> None:
    found = read("auth requierd pam_unix.so\nauth required pam_deny.so\n")
    assert "control `requierd` is unknown" in found.text("ol", "li", "p")
    assert "l0-1" in found.ids()
    (row,) = [attrs for attrs in found.of("li") if attrs.get("id") == "l0-1"]
    assert row["class"] == "has error"


def test_a_service_that_is_refused_as_a_whole_says_why() -> None:
    found = read({"app": "auth required pam_unix.so \\", "other": STOCK["other"]})
    assert "The service is refused as a whole" in found.text("main")
    assert "refused" in found.text("table")


def test_a_part_of_a_tree_is_no_mistake() -> None:
    part = {"app": "auth required pam_unix.so\n", "other": STOCK["other"]}
    assert "a file that it includes" not in Read(page(contents(part))).text("main").lower()


def test_what_belongs_to_no_service_is_said_as_well() -> None:
    text = read({**STOCK, "app.dpkg-old": "auth required pam_permit.so\n", "locked": None})
    assert "/etc/pam.d/app.dpkg-old" in text.text("main")
    assert "/etc/pam.d/locked: permission denied" in text.text("main")


def test_services_of_a_pam_conf_share_its_text() -> None:
    found = read({"pam.conf": "app auth required pam_unix.so\ntwo auth required pam_deny.so\n"})
    assert found.text("main").count("Its lines are in /etc/pam.conf.") == 2
    assert found.ids().count("f0") == 1


def test_a_page_of_a_hundred_services_stays_small() -> None:
    many = {f"app{n}": "auth include shared\naccount include shared\n" for n in range(100)}
    shared = STOCK["shared"] + STOCK["shared"].replace("auth", "account")
    text = page(contents({**many, "shared": shared, "other": STOCK["other"]}))
    assert len(text) < 4_000_000
    assert text.count('<section class="service"') >= 100


def test_jumps_say_where_they_lead() -> None:
    text = read("auth [success=1 default=9] pam_unix.so\nauth required pam_deny.so\n").text("main")
    assert "success goes to the end · else jumps too far: refused" in text


def test_the_end_of_a_substack_says_where_it_goes_on() -> None:
    files = {
        "app": "auth substack a\nauth required pam_deny.so\n",
        "a": "auth substack b\n",
        "b": "auth required pam_unix.so\n",
    }
    text = read(files).text("main")
    assert "end of the substack: on to the end of the substack around it" in text
    assert "end of the substack: on to 4" in text


def test_a_service_of_which_a_file_is_elsewhere_is_not_called_wrong() -> None:
    there = contents({"app": "@include elsewhere\n"}, whole=False, dialect=DEBIAN)
    found = Read(page(there))
    assert "not all here" in found.text("table")
    assert "A file that it includes is not here" in found.text("main")
    assert "the service is refused" not in found.text("main").lower()


def test_more_lines_than_can_be_judged_are_said_to_be_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_many(*_: object) -> Result:
        raise TooMany

    monkeypatch.setattr("pamkit.report.sheet.verify", too_many)
    found = read(STOCK)
    assert "there are too many lines to judge every claim" in found.text("main")
    assert "not judged" in found.text("table")


def test_a_very_long_chain_is_drawn_without_strands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pamkit.report.course.MOST_RUNGS", 20)
    line = "auth optional pam_deny.so\n"
    plain = [
        sum(attrs.get("class") == "way" for attrs in read(line * count).of("path"))
        for count in (20, 21)
    ]
    assert plain == [0, 22]
