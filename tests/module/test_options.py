import pytest

from pamkit.module.options import (
    Match,
    NoOptions,
    Options,
    Problem,
    flag,
    number,
    path,
    paths,
    rest,
    text,
)


class Sample(Options):
    """One option of each kind."""

    debug: bool = flag("say more")
    quiet: bool = flag("say less", word="silent", default=False)
    level: int = flag("the highest level", word="max", default=1, present=9)
    group: str = text("members pass", default="wheel", value="name")
    file: str = path("a file", default="/etc/x", word="db")
    count: int = number("how often", default=3, least=1, most=10)
    old: bool = flag("does nothing", deprecated="use `debug`")
    gone: str = text("does nothing", deprecated="use `group`")


class More(Sample):
    """Adds one."""

    extra: bool = flag("more")


class Loose(Options):
    """Compares the beginnings of words."""

    match = Match.PREFIX
    debug: bool = flag("say more")


class AnyCase(Options):
    """Compares words in any case."""

    match = Match.ANY_CASE
    debug: bool = flag("say more")
    user: str = text("who")


class CatchAll(Options):
    """Keeps what no option takes."""

    debug: bool = flag("say more")
    words: tuple[str, ...] = rest("the rest")


def parsed(*args: str) -> Sample:
    options, problems = Sample.parse(args)
    assert problems == ()
    return options


def test_without_arguments_defaults_hold() -> None:
    assert Sample.parse(()) == (Sample(False, False, 1, "wheel", "/etc/x", 3, False, ""), ())


@pytest.mark.parametrize(
    ("expected", "args"),
    [
        (Sample(debug=True), ("debug",)),
        (Sample(quiet=True), ("silent",)),
        (Sample(level=9), ("max",)),
        (Sample(group="staff"), ("group=staff",)),
        (Sample(group=""), ("group=",)),
        (Sample(group="a=b"), ("group=a=b",)),
        (Sample(file="/var/y"), ("db=/var/y",)),
        (Sample(count=10), ("count=10",)),
        (Sample(count=7), ("count=007",)),
        (Sample(count=2), ("count=1", "count=2")),
    ],
)
def test_words_are_read(expected: Sample, args: tuple[str, ...]) -> None:
    assert parsed(*args) == expected


@pytest.mark.parametrize("word", ["debugs", "Debug", "debug=1", "max=1", "GROUP=x", "group", ""])
def test_an_unknown_word_is_left_out_and_reported(word: str) -> None:
    options, problems = Sample.parse(("debug", word))
    assert options == Sample(debug=True)
    assert problems == (Problem("unknown-option", 1, f"option `{word}` is unknown"),)


@pytest.mark.parametrize(
    ("message", "word"),
    [
        ("`db=`: expected an absolute path, found `x/y`", "db=x/y"),
        ("`count=`: expected a number, found ``", "count="),
        ("`count=`: expected a number, found `-1`", "count=-1"),
        ("`count=`: expected a number, found `1.5`", "count=1.5"),
        ("`count=`: expected a number, found `\u0661`", "count=\u0661"),
        ("`count=`: expected a number, found `\u00b2`", "count=\u00b2"),
        ("`count=`: expected a number from 1 to 10, found `0`", "count=0"),
        ("`count=`: expected a number from 1 to 10, found `11`", "count=11"),
        (
            "`count=`: expected a number from 1 to 10, found `999999999999999999999999`",
            "count=" + "9" * 5000,
        ),
    ],
)
def test_a_bad_value_is_left_out_and_reported(message: str, word: str) -> None:
    options, problems = Sample.parse((word, "debug"))
    assert options == Sample(debug=True)
    assert problems == (Problem("bad-option-value", 0, message),)


@pytest.mark.parametrize(("advice", "word"), [("use `debug`", "old"), ("use `group`", "gone=x")])
def test_a_deprecated_option_is_taken_and_reported(advice: str, word: str) -> None:
    options, problems = Sample.parse((word,))
    assert options != Sample()
    assert problems == (Problem("deprecated-option", 0, advice),)


def test_a_subclass_inherits_options() -> None:
    assert More.parse(("debug", "extra")) == (More(debug=True, extra=True), ())
    assert [*Sample.stated(), "extra"] == list(More.stated())
    assert "extra" not in Sample.stated()


def test_options_state_their_words() -> None:
    words = [option.word for option in Sample.stated().values()]
    assert words == ["debug", "silent", "max", "group=", "db=", "count=", "old", "gone="]


def test_the_beginning_of_a_word_is_enough_where_a_module_says_so() -> None:
    assert Loose.parse(("debugging",)) == (Loose(debug=True), ())
    assert Sample.parse(("debugging",))[0] == Sample()


def test_case_does_not_matter_where_a_module_says_so() -> None:
    assert AnyCase.parse(("DeBug", "USER=Bob")) == (AnyCase(debug=True, user="Bob"), ())


def test_what_no_option_takes_is_kept_in_order() -> None:
    options, problems = CatchAll.parse(("a", "debug", "b=c", "a"))
    assert (options.debug, options.words, problems) == (True, ("a", "b=c", "a"), ())


def test_leading_options_end_at_the_first_word_that_is_none() -> None:
    class Leading(Options):
        leading = True

        debug: bool = flag("say more")
        command: tuple[str, ...] = rest("the program")

    found, problems = Leading.parse(("debug", "/bin/x", "debug", "y"))
    assert (found, problems) == (Leading(debug=True, command=("/bin/x", "debug", "y")), ())
    assert Leading.parse(("/bin/x", "debug"))[0] == Leading(command=("/bin/x", "debug"))


def test_words_that_no_option_takes_can_be_asked_for() -> None:
    args = ("debug", "what", "db=/x", "db", "count=x", "Debug")
    assert Sample.unknown(args) == ("what", "db", "Debug")


def test_who_takes_any_word_knows_them_all() -> None:
    assert CatchAll.unknown(["what", "debug"]) == ()
    assert Sample.unknown(()) == ()


class Lists(Options):
    """Lists of paths."""

    files: tuple[str, ...] | None = paths("some files")


def test_a_list_of_paths_has_no_empty_one() -> None:
    assert Lists.parse(()) == (Lists(files=None), ())
    assert Lists.parse(("files=/a:/b",)) == (Lists(files=("/a", "/b")), ())
    assert Lists.parse(("files=:/a::",)) == (Lists(files=("/a",)), ())
    assert Lists.parse(("files=:",)) == (Lists(files=()), ())


def test_a_list_of_nothing_is_none() -> None:
    parsed, (problem,) = Lists.parse(("files=/a", "files="))
    assert parsed == Lists(files=("/a",))
    assert problem.message == "`files=`: expected paths, found nothing"


@pytest.mark.parametrize(("place", "expected"), [("/srv", "/srv/b"), ("/", "/b")])
def test_a_relative_path_in_a_list_counts_from_where_it_is_told(place: str, expected: str) -> None:
    assert Lists.parse(("files=/a:b::",)) == (Lists(files=("/a", "b")), ())
    assert Lists.parse(("files=/a:b::",), lambda: place) == (Lists(files=("/a", expected)), ())


def test_a_module_without_options_knows_no_word() -> None:
    options, problems = NoOptions.parse(("debug",))
    assert (options, [problem.rule for problem in problems]) == (NoOptions(), ["unknown-option"])


def test_a_field_that_is_no_option_is_refused() -> None:
    with pytest.raises(TypeError, match=r"`Odd.plain` is no option"):

        class Odd(Options):
            plain: int = 3


def test_an_option_without_a_type_is_refused() -> None:
    with pytest.raises(TypeError, match=r"`Odd.deny` has no type"):

        class Odd(Options):
            deny = flag("it would never be found")


def test_what_is_unknown_is_remembered_for_so_many_lines_and_no_more() -> None:
    first = Sample.unknown(["what"])
    assert Sample.unknown(["what"]) is first
    for each in range(300):
        assert Sample.unknown([f"what{each}"]) == (f"what{each}",)
    assert Sample.unknown(["what"]) == first
    assert Sample.unknown(["what"]) is not first
