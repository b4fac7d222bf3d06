from pamkit.vocab.repository import Repository


def test_a_repository_has_no_scope_unless_one_is_given() -> None:
    assert Repository("ldap") == Repository("ldap", b"")
    assert Repository("ldap", b"dc=example").scope == b"dc=example"
