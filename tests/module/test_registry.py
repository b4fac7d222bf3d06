from types import ModuleType

import pytest

from pamkit.module.declaration import declare
from pamkit.module.registry import Module, Registry, module_from
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

DECLARED = declare("pam_x", answers={Primitive.AUTHENTICATE: "success"}, examples=[])


def answer(call: object) -> ReturnCode:
    return ReturnCode.SUCCESS


def python(**names: object) -> ModuleType:
    module = ModuleType("pam_x")
    vars(module).update(names)
    return module


class Shelf:
    """An importer that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, name: str) -> ModuleType | None:
        self.asked.append(name)
        if name == "pam_x":
            return python(MODULE=DECLARED, pam_sm_authenticate=answer)
        return None


def test_a_module_is_its_declaration_and_its_hooks() -> None:
    module = module_from(python(MODULE=DECLARED, pam_sm_authenticate=answer, helper=1))
    assert (module.name, module.declaration) == ("pam_x", DECLARED)
    assert module.hooks == {Primitive.AUTHENTICATE: answer}


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("declares no MODULE", {"pam_sm_authenticate": answer}),
        ("declares no MODULE", {"MODULE": "pam_x", "pam_sm_authenticate": answer}),
        ("different hooks: pam_sm_authenticate", {"MODULE": DECLARED}),
        (
            "different hooks: pam_sm_authenticate, pam_sm_setcred",
            {"MODULE": DECLARED, "pam_sm_setcred": answer},
        ),
    ],
)
def test_a_module_whose_hooks_and_declaration_disagree_is_refused(
    message: str, names: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=message):
        module_from(python(**names))


@pytest.mark.parametrize(
    "written",
    [
        "pam_x.so",
        "/lib/security/pam_x.so",
        "/lib/security//pam_x.so",
        "/lib/security/$ISA/pam_x.so",
        "$ISA/pam_x.so",
    ],
)
def test_a_module_is_found_by_name_and_in_the_systems_directories(written: str) -> None:
    found = Registry(Shelf(), directories=("/lib/security",)).find(written)
    assert found is not None
    assert found.name == "pam_x"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "pam_x",
        "pam_x.so.1",
        "pam_y.so",
        "x.so",
        ".so",
        "pam_x.so/",
        "/opt/pam_x.so",
        "../pam_x.so",
        "/pam_x.so",
        "pam_\u0445.so",
        "pam_x.y.so",
        "os.so",
    ],
)
def test_what_lies_elsewhere_or_is_named_otherwise_is_unknown(written: str) -> None:
    assert Registry(Shelf(), directories=("/lib/security",)).find(written) is None


def test_the_importer_sees_only_names_of_modules() -> None:
    shelf = Shelf()
    registry = Registry(shelf)
    for written in ("os.so", "../pam_x.so", "pam_a.b.so", "pam_x.so", "pam_y.so"):
        registry.find(written)
    assert shelf.asked == ["pam_x", "pam_y"]


def test_the_importer_is_asked_once() -> None:
    shelf = Shelf()
    registry = Registry(shelf)
    assert registry.find("pam_x.so") is registry.find("pam_x.so")
    assert registry.find("pam_y.so") is registry.find("pam_y.so")
    assert shelf.asked == ["pam_x", "pam_y"]


def test_extra_modules_come_first() -> None:
    mine = Module("pam_x", DECLARED, {})
    shelf = Shelf()
    assert Registry(shelf, extra={"pam_x": mine}).find("pam_x.so") is mine
    assert shelf.asked == []


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("pam_selinux_permit.so", "pam_sepermit"),
        ("pam_unix_auth.so", "pam_unix"),
        ("/lib/security/pam_unix_passwd.so", "pam_unix"),
        ("pam_unix_other.so", "pam_unix_other"),
    ],
)
def test_the_links_of_distributions_are_followed(written: str, name: str) -> None:
    registry = Registry(lambda _: None, directories=("/lib/security",))
    assert registry.name_of(written) == name
