from pamkit.vocab.span import Span


def test_a_span_reads_as_compilers_write_it() -> None:
    assert str(Span("pam.d/su", 4, 10, 4, 17)) == "pam.d/su:4:10"
