from pamkit.module.registry import module_from
from pamkit.modules import pam_deny
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive


def test_each_primitive_is_refused_with_its_own_code() -> None:
    hooks = module_from(pam_deny).hooks
    expected = {
        Primitive.AUTHENTICATE: ReturnCode.AUTH_ERR,
        Primitive.SETCRED: ReturnCode.CRED_ERR,
        Primitive.ACCT_MGMT: ReturnCode.AUTH_ERR,
        Primitive.OPEN_SESSION: ReturnCode.SESSION_ERR,
        Primitive.CLOSE_SESSION: ReturnCode.SESSION_ERR,
        Primitive.CHAUTHTOK: ReturnCode.AUTHTOK_ERR,
    }
    for primitive, code in expected.items():
        policy = "".join(
            f"{word} required pam_deny.so\n" for word in ("auth", "account", "password", "session")
        )
        assert Trial(policy, pam_deny).call(primitive) != ReturnCode.SUCCESS
        assert hooks[primitive](None) == code  # type: ignore[arg-type]  # it looks at nothing
