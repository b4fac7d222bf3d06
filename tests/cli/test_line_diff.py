from hypothesis import example, given

from pamkit.cli.line_diff import unified
from pamkit.policy.parser import parse
from pamkit.policy.printer import LaidLine, formatted, laid_out
from tests.properties.test_print_parse_is_identity import TEXTS


def _patched(text: str, diff: str) -> str:
    """What patch(1) makes of a text, by the numbers and the signs; it insists on every line."""
    old = [line + "\n" for line in text.split("\n")]
    old[-1] = old[-1][:-1]
    new: list[str] = []
    at = 0
    lines = [line + "\n" for line in diff.split("\n")[2:-1]]
    for number, line in enumerate(lines):
        if line.startswith("@@"):
            start = int(line.split()[1].partition(",")[0][1:]) - 1
            new += old[at:start]
            at = start
            assert int(line.split()[2].partition(",")[0][1:]) == len(new) + 1
            continue
        if line.startswith("\\"):
            continue
        is_last = lines[number + 1 : number + 2] == ["\\ No newline at end of file\n"]
        body = line[1:-1] if is_last else line[1:]
        if line[0] in " -":
            assert old[at] == body
            at += 1
        if line[0] in " +":
            new.append(body)
    return "".join([*new, *old[at:]])


def test_a_difference_is_shown_with_what_is_around_it() -> None:
    text = "".join(f"# {number}\n" for number in range(1, 8))
    lines = laid_out(parse(text + "auth required x.so\n" + text, "f"))
    assert unified("su", lines) == (
        "--- su\n+++ su\n@@ -5,7 +5,7 @@\n # 5\n # 6\n # 7\n"
        "-auth required x.so\n+auth      required  x.so\n # 1\n # 2\n # 3\n"
    )


def test_what_lies_close_together_is_shown_together_and_else_apart() -> None:
    entry, comments = "auth required x.so\n", "#\n"
    for between, hunks in ((6, 1), (7, 2)):
        diff = unified("su", laid_out(parse(entry + between * comments + entry, "f")))
        assert diff.count("@@ -") == hunks


def test_lines_are_counted_before_and_after() -> None:
    text = "auth required x.so \\\n a\n" + 7 * "#\n" + "auth required x.so\n"
    diff = unified("su", laid_out(parse(text, "f")))
    heads = [line for line in diff.splitlines() if line.startswith("@@")]
    assert heads == ["@@ -1,5 +1,4 @@", "@@ -7,4 +6,4 @@"]


def test_a_file_without_a_last_newline_stays_so() -> None:
    (line,) = laid_out(parse("auth required x.so", "f"))
    assert unified("su", [line]) == (
        "--- su\n+++ su\n@@ -1,1 +1,1 @@\n"
        "-auth required x.so\n\\ No newline at end of file\n"
        "+auth      required  x.so\n\\ No newline at end of file\n"
    )


def test_nothing_is_shown_where_nothing_changes() -> None:
    assert unified("su", laid_out(parse("# c\n", "f"))) == unified("su", []) == ""


def test_a_long_file_costs_no_time() -> None:
    lines = [LaidLine(number, "a\n", "b\n" if number % 9 else "a\n") for number in range(50_000)]
    assert unified("su", lines).count("\n+b") > 40_000


@given(TEXTS)
@example("auth required x.so \\\n a\nauth required x.so")
def test_whoever_applies_a_difference_gets_the_new_text(text: str) -> None:
    file = parse(text, "f")
    assert _patched(text, unified("f", laid_out(file))) == formatted(file) or (
        text == formatted(file)
    )
