"""The page in a browser: what a reader with eyes, a keyboard, or a screen reader gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

from pamkit.report.page import page as page_text
from tests.report.pages import contents
from tests.report.test_page import HOSTILE, STOCK

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.needs("chromium")

CHROMIUM = "/usr/bin/chromium"

DEEP = """auth [success=4 default=ignore user_unknown=2] pam_unix.so nullok try_first_pass
auth [success=done new_authtok_reqd=reset authinfo_unavail=9 default=die] pam_sss.so
auth substack two
auth sufficient pam_permit.so
auth requierd pam_unix.so
"""

FILES = {
    **STOCK,
    "deep": DEEP,
    **{text.replace("/", "|"): f"auth required {text}.so {text}\n" for text in HOSTILE[:2]},
}

Scheme = Literal["light", "dark"]
Opened = Callable[..., "Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # Without a sandbox: in a container root has none.
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page_text(contents(FILES)), encoding="utf-8")
    return path


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Opened]:
    """Return a function that opens the page; whatever it asks for or complains of is a failure."""
    contexts = []
    heard: list[str] = []

    def show(width: int = 1400, *, scheme: Scheme = "light", scripts: bool = True) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("dialog", lambda dialog: heard.append(dialog.message))
        page.on("request", lambda request: heard.append(request.url))
        page.goto(file.as_uri())
        assert [file.as_uri()] == heard
        return page

    yield show
    for context in contexts:
        context.close()
    assert [said for said in heard if said != file.as_uri()] == []


def _focused(page: Page) -> str:
    """Return what has the focus: where a link leads, or of which claim it is."""
    found: str = page.evaluate(
        """() => { const e = document.activeElement;
        if (e.tagName === 'SUMMARY') return e.parentElement.className + ' ' +
            (e.closest('[id]') ? e.closest('[id]').id : '') + ' ' +
            e.parentElement.getAttribute('name');
        return e.tagName === 'A' ? e.getAttribute('href') : e.tagName; }"""
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_opens_without_a_complaint_and_asks_nobody_for_anything(
    opened: Opened, scheme: Scheme
) -> None:
    page = opened(scheme=scheme)
    page.mouse.move(500, 300)
    assert page.title() == "PAM policies of /"


def test_a_keyboard_reaches_every_service_and_every_claim(opened: Opened) -> None:
    page = opened()
    links = set(page.evaluate("[...document.querySelectorAll('h2 a')].map(e=>e.hash)"))
    claims = page.locator("details.claim").count()
    seen: list[str] = []
    page.keyboard.press("Tab")
    while (focused := _focused(page)) != "BODY" and len(seen) < 3000:
        seen.append(focused)
        page.keyboard.press("Tab")
    assert seen[0] == "#services"
    assert links <= set(seen)
    assert claims > 15
    assert claims == len([where for where in seen if where.startswith("claim c")])


def test_the_focus_can_be_seen(opened: Opened) -> None:
    page = opened()
    for _ in range(4):
        page.keyboard.press("Tab")
        style = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return [s.outlineStyle, parseFloat(s.outlineWidth)]; })()"
        )
        assert style == ["solid", 3]


def test_the_skip_link_leads_past_the_navigation(opened: Opened) -> None:
    page = opened()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("#services"))
    page.wait_for_function("document.activeElement.id === 'services'")
    assert page.evaluate("document.activeElement.id") == "services"
    page.keyboard.press("Tab")
    assert _focused(page) == "#all"


def test_a_screen_reader_has_services_and_facilities_as_headings(opened: Opened) -> None:
    page = opened()
    assert page.get_by_role("heading", level=1).count() == 1
    for name in ("app", "two", "deep"):
        heading = page.get_by_role("heading", level=2, name=name, exact=False)
        assert heading.count() >= 1
    deep = page.get_by_role("region", name="deep", exact=False).first
    assert [
        text.split()[0] for text in deep.get_by_role("heading", level=3).all_inner_texts()[:4]
    ] == ["auth", "account", "password", "session"]
    assert page.get_by_role("table", name="What holds of each service").count() == 1
    assert deep.get_by_role("img", name="auth of deep, as a ladder").count() == 1


def _row_of(page: Page, selector: str) -> dict[str, Any]:
    found: dict[str, Any] = page.locator(selector).evaluate(
        "e => ({back: getComputedStyle(e).backgroundColor, text: e.innerText})"
    )
    return found


def test_a_claim_that_is_opened_with_the_keyboard_shows_its_run_in_the_ladder(
    opened: Opened,
) -> None:
    page = opened()
    claim = page.locator("#s-two .facility").first.locator(".claim.c0")
    run = page.locator("#s-two .facility").first.locator(".run.w0")
    row = "#s-two .facility:first-of-type .rung.in0 > .row"
    plain = _row_of(page, row)
    assert not run.is_visible()
    assert "counts and ends" in plain["text"]
    claim.locator("summary").focus()
    page.keyboard.press("Enter")
    run.wait_for(state="visible")
    lit = _row_of(page, row)
    assert run.is_visible()
    assert plain["back"] != lit["back"]
    assert "answers success: yes so far" in lit["text"]
    page.keyboard.press("Tab")
    assert _focused(page).startswith("#r")
    other = page.locator("#s-two .facility").first.locator(".claim.c1")
    other.locator("summary").focus()
    page.keyboard.press("Space")
    run.wait_for(state="hidden")
    assert not run.is_visible()


def test_without_scripts_all_is_there_and_claims_open(opened: Opened) -> None:
    page = opened(scripts=False)
    assert not page.locator("input").count()
    assert page.locator("#s-deep .rung").first.is_visible()
    claim = page.locator("#s-two .facility").first.locator(".claim.c0")
    claim.locator("summary").click()
    page.locator("#s-two .facility").first.locator(".run.w0").wait_for(state="visible")


def test_the_index_is_filtered_by_a_link_and_by_a_name(opened: Opened) -> None:
    page = opened()
    rows = page.locator(".overview tbody tr")
    everything = rows.count()
    page.get_by_role("link", name="a claim is broken").click()
    page.wait_for_function("document.querySelector(':target') !== null")
    broken = [row for row in rows.all() if row.is_visible()]
    assert 0 < len(broken) < everything
    assert all("broken" in row.inner_text() for row in broken)
    page.get_by_role("link", name="all", exact=True).click()
    page.wait_for_function("document.querySelector('#all:target') !== null")
    page.get_by_role("searchbox").fill("DEEP")
    assert [row.inner_text().split()[0] for row in rows.all() if row.is_visible()] == ["deep"]


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_nothing_is_wider_than_the_window(opened: Opened, width: int) -> None:
    page = opened(width)
    page.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)")
    assert width == page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("width", [360, 1600])
def test_rungs_are_drawn_at_their_lines(opened: Opened, width: int) -> None:
    page = opened(width)
    off = page.evaluate(
        """() => [...document.querySelectorAll('.ladder')].map(ladder => {
        const svg = ladder.querySelector('svg'), box = svg.getBoundingClientRect();
        const scale = box.height / svg.viewBox.baseVal.height;
        const drawn = [...svg.querySelectorAll('.rung-line')].map(
            e => box.top + scale * parseFloat(e.getAttribute('d').split(' ')[1]));
        const rows = [...ladder.querySelectorAll('.row')].map(
            e => { const r = e.getBoundingClientRect(); return r.top + r.height / 2; });
        return drawn.length === rows.length
            ? Math.max(0, ...drawn.map((y, n) => Math.abs(y - rows[n]))) : 999; })"""
    )
    assert len(off) > 20
    assert max(off) < 1


CONTRASTS = """() => {
  const numbers = text => text.match(/[\\d.]+/g).map(Number);
  const light = rgb => { const [r, g, b] = rgb.map(v => { v /= 255;
    return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
    return .2126 * r + .7152 * g + .0722 * b; };
  const behind = e => { for (; e; e = e.parentElement) {
    const c = numbers(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c.slice(0, 3);
    if (c[3] !== 0) throw new Error('half see-through: ' + e.className); }
    return [255, 255, 255]; };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.data.trim();
    if (!text || !e.checkVisibility() || e.closest('script,svg,.far')) continue;
    const a = light(numbers(getComputedStyle(e).color)), b = light(behind(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    found.push([ratio, e.className + ': ' + text.slice(0, 40)]); }
  return found; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(opened: Opened, scheme: Scheme) -> None:
    page = opened(scheme=scheme)
    found: list[tuple[float, str]] = []
    for slot in range(4):
        page.evaluate(
            "n => document.querySelectorAll('.legend, .claim.c' + n).forEach(e => e.open = true)",
            slot,
        )
        found += page.evaluate(CONTRASTS)
    assert len(found) > 200
    assert [(round(ratio, 2), text) for ratio, text in found if ratio < 4.5] == []


def test_on_paper_claims_are_open_and_nothing_is_cut_off(opened: Opened) -> None:
    page = opened(800)
    page.emulate_media(media="print")
    told = page.locator("#s-two .claim.c0 p").first
    box = told.bounding_box()
    assert box is not None
    assert box["height"] > 10
    assert not page.locator("nav").is_visible()
