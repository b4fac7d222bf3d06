from pamkit.modules import pam_permit
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item

_EVERYWHERE = "".join(
    f"{word} required pam_permit.so\n" for word in ("auth", "account", "password", "session")
)


def test_everything_succeeds_for_a_known_user() -> None:
    trial = Trial(_EVERYWHERE, pam_permit)
    answers = {primitive: trial.call(primitive) for primitive in Primitive}
    assert answers == dict.fromkeys(Primitive, ReturnCode.SUCCESS)


def test_the_name_is_asked_for_and_kept() -> None:
    with Script(visible("login:", "bob")) as script:
        trial = Trial("auth required pam_permit.so", pam_permit, user=None, conversation=script)
        assert trial.authenticate() == ReturnCode.SUCCESS
    assert trial.handle.texts[Item.USER] == "bob"


def test_an_empty_name_becomes_nobody() -> None:
    with Script(visible("login:", "")) as script:
        trial = Trial("auth required pam_permit.so", pam_permit, user=None, conversation=script)
        assert trial.authenticate() == ReturnCode.SUCCESS
    assert trial.handle.texts[Item.USER] == "nobody"


def test_nobody_is_let_in_if_nobody_answers() -> None:
    trial = Trial("auth required pam_permit.so", pam_permit, user=None)
    assert trial.authenticate() == ReturnCode.CONV_ERR
