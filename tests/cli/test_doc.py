from pamkit.docgen.find import names

from .conftest import Command


def test_a_page_is_shown_as_it_is_where_nobody_watches(command: Command) -> None:
    ran = command("doc", "PAM_AUTH_ERR")
    assert (ran.status, ran.err) == (0, "")
    assert "Authentication failure" in ran.out


def test_without_a_name_all_names_are_listed(command: Command) -> None:
    ran = command("doc", "--plain")
    assert ran.status == 0
    assert set(names()) <= set(ran.out.split())


def test_a_manual_page_is_written_for_man(command: Command) -> None:
    ran = command("doc", "--man", "pam_unix")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(".TH")


def test_only_a_module_has_a_manual_page(command: Command) -> None:
    for name in ("auth_err", "pam_nowhere"):
        ran = command("doc", "--man", name)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.startswith(f"pamkit: there is no module `{name}`")
