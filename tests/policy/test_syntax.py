from pamkit.policy.parser import parse


def test_a_file_knows_its_text_and_its_entries() -> None:
    text = "# c\nauth required a.so\n\nauth \\\nrequired b.so"
    file = parse(text, "su")
    assert file.text == text
    assert [entry.target and entry.target.text for entry in file.entries] == ["a.so", "b.so"]
