"""PAM in pure Python: who may come in, and why.

Names are fetched when they are first used, so that ``import pamkit`` costs next to nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.engine.driver import Conversation as Conversation
    from pamkit.engine.driver import NotYet as NotYet
    from pamkit.engine.prompts import Answers as Answers
    from pamkit.engine.terminal import TerminalConversation as TerminalConversation
    from pamkit.stores.policy_cache import PolicyCache as PolicyCache
    from pamkit.testing.script import Script as Script
    from pamkit.transaction import Session as Session
    from pamkit.transaction import Transaction as Transaction
    from pamkit.transaction import check as check
    from pamkit.transaction import login as login
    from pamkit.vocab.codes import ReturnCode as ReturnCode
    from pamkit.vocab.errors import AccountExpired as AccountExpired
    from pamkit.vocab.errors import AccountLocked as AccountLocked
    from pamkit.vocab.errors import ConversationEnded as ConversationEnded
    from pamkit.vocab.errors import CredentialsError as CredentialsError
    from pamkit.vocab.errors import Denied as Denied
    from pamkit.vocab.errors import Incomplete as Incomplete
    from pamkit.vocab.errors import MaxTries as MaxTries
    from pamkit.vocab.errors import PamError as PamError
    from pamkit.vocab.errors import PolicyError as PolicyError
    from pamkit.vocab.errors import Refused as Refused
    from pamkit.vocab.errors import SessionError as SessionError
    from pamkit.vocab.errors import TokenDead as TokenDead
    from pamkit.vocab.errors import TokenError as TokenError
    from pamkit.vocab.errors import TokenExpired as TokenExpired
    from pamkit.vocab.errors import TryAgain as TryAgain
    from pamkit.vocab.errors import Unavailable as Unavailable
    from pamkit.vocab.errors import UserUnknown as UserUnknown
    from pamkit.vocab.errors import WrongCredentials as WrongCredentials
    from pamkit.vocab.flags import Flag as Flag
    from pamkit.vocab.item import Item as Item
    from pamkit.vocab.message import Message as Message
    from pamkit.vocab.message import Style as Style
    from pamkit.vocab.secret import Secret as Secret

__version__ = "0.1.0"

_HOMES = {
    "pamkit.engine.driver": "Conversation NotYet",
    "pamkit.engine.prompts": "Answers",
    "pamkit.engine.terminal": "TerminalConversation",
    "pamkit.stores.policy_cache": "PolicyCache",
    "pamkit.testing.script": "Script",
    "pamkit.transaction": "Session Transaction check login",
    "pamkit.vocab.codes": "ReturnCode",
    "pamkit.vocab.errors": (
        "AccountExpired AccountLocked ConversationEnded CredentialsError Denied Incomplete "
        "MaxTries PamError PolicyError Refused SessionError TokenDead TokenError TokenExpired "
        "TryAgain Unavailable UserUnknown WrongCredentials"
    ),
    "pamkit.vocab.flags": "Flag",
    "pamkit.vocab.item": "Item",
    "pamkit.vocab.message": "Message Style",
    "pamkit.vocab.secret": "Secret",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [*sorted(_HOME_OF), "__version__", "aio"]  # pyright: ignore[reportUnsupportedDunderAll]  # computed from the table


def __getattr__(name: str) -> object:
    """Fetch a public name from the file that defines it."""
    if name == "aio":
        return __import__("pamkit.aio", fromlist=["aio"])
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module `pamkit` has no attribute `{name}`")
    value: object = getattr(__import__(home, fromlist=[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return list(__all__)
