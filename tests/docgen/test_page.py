from pamkit.docgen.page import Bullets, Text, Verbatim, from_docstring


def test_the_first_paragraph_of_a_docstring_is_the_summary_on_one_line() -> None:
    assert from_docstring("Say ``no``\n    to all.\n\n    Really.\n") == (
        "Say `no` to all.",
        (Text("Really."),),
    )


def test_lists_and_indented_paragraphs_of_a_docstring_are_kept() -> None:
    doc = """Head.

    - one
      more
    - two

        auth required x
          deeper
    """
    assert from_docstring(doc)[1] == (
        Bullets(("one more", "two")),
        Verbatim("auth required x\n  deeper"),
    )


def test_an_empty_docstring_has_an_empty_summary() -> None:
    assert from_docstring("") == ("", ())
