from pamkit.policy.source import MemorySource, Outcome


def test_a_file_in_memory_is_read() -> None:
    reading = MemorySource({"/etc/pam.d/su": "# su"}).read("/etc/pam.d/su")
    assert (reading.outcome, reading.text) == (Outcome.READ, "# su")


def test_a_file_that_is_not_there_is_missing() -> None:
    reading = MemorySource({"/etc/pam.d/su": ""}).read("/etc/pam.d/sudo")
    assert (reading.outcome, reading.reason) == (Outcome.MISSING, "no such file")


def test_directories_exist_because_their_files_do() -> None:
    source = MemorySource({"/etc/pam.d/su": ""})
    assert [source.is_directory(path) for path in ("/etc/pam.d", "/etc/", "/usr/lib/pam.d")] == [
        True,
        True,
        False,
    ]


def test_reading_a_directory_fails_as_it_does_on_disk() -> None:
    reading = MemorySource({"/etc/pam.d/su": ""}).read("/etc/pam.d")
    assert (reading.outcome, reading.text) == (Outcome.CUT_SHORT, "")
