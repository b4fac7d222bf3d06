import syslog

from pamkit.vocab.priority import Priority


def test_priorities_are_those_of_syslog() -> None:
    assert [getattr(syslog, f"LOG_{priority.name}") for priority in Priority] == list(Priority)
