"""Whether a token of an access rule names where somebody comes from, `access.conf(5)`.

Every token is one kind of thing, decided by how it is written: a netgroup (`@`), a keyword, a
domain (`.`), the head of a number (`192.0.2.`), a network (`/`), an address, a display (`:0`), a
terminal, or else the name of a host.

What cannot be told (a name the DNS gives no answer about, a network that is none) is neither yes
nor no: `Answer.MAYBE`.  INVARIANT: it counts as a match in a rule that denies and as none in one
that grants, so that nothing is granted which another answer would refuse.
"""

from __future__ import annotations

from pamkit.formats.ip_address import Address, address, dotted, embedded, prefix_mask
from pamkit.formats.strtoll import strtoll
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class Known(Protocol):
        """What is known of the names in a table."""

        def in_group(self, group: str | int) -> bool:
            """Whether the user is in the group of that name or number."""

        def in_netgroup(self, netgroup: str, host: str | None, user: str | None) -> bool:
            """Whether host and user are in a netgroup."""

        def addresses(self, host: str) -> tuple[Address, ...] | None:
            """Return a host's addresses: none if there is no such host, `None` if unknown."""

        def is_terminal(self, name: str) -> bool:
            """Whether there is a terminal of that name."""

        def is_service(self, name: str) -> bool:
            """Whether there is a service of that name."""

        def note(self, line: str) -> None:
            """Take a remark for those who look for a mistake."""


LIST_SEPARATORS = ", \t"
"""Characters that separate what is in a list, unless an option says otherwise."""

_TERMINALS = frozenset(("tty", "ttys", "ttyama", "ttyusb", "hvc", "xvc", "console", "pts", "vc"))
"""What names of terminals begin with, in small letters, here or elsewhere; a number may follow."""

_HOST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:")


class Answer(Names):
    """Whether something matches; in order, so that `min` is *and*, `max` is *or*."""

    NO = 0
    MAYBE = 1
    YES = 2


class Question(Record, eq=False):
    """Who asks from where, how lists are read, and who knows what names mean.

    ``origin`` is the name or number of another machine if ``remote``, else a terminal or a
    service; ``machine`` is the name of this one, and ``here`` says that the origin is it.
    ``bare_groups``: a name may be a group's
    without brackets.  ``host_names``: a name may be a host's, which is then looked up.
    """

    user: str
    uid: int
    origin: str
    remote: bool
    machine: str
    known: Known
    separators: str = LIST_SEPARATORS
    bare_groups: bool = True
    host_names: bool = True
    here: bool = False


def origin_matches(token: str, question: Question) -> Answer:
    """Return whether a token is about where the question comes from."""
    known, origin = question.known, question.origin
    known.note(f"from_match: tok={token}, item={origin}")
    if token.startswith("@"):
        return sure(known.in_netgroup(token[1:], origin, None))
    if is_all_or(token, origin, question):
        return Answer.YES
    if same_word(token, "LOCAL"):
        return sure(not question.remote)
    # Only what another machine says of itself can be a host's name or number.
    return _remote_matches(token, question) if question.remote else Answer.NO


def same_word(one: str, other: str) -> bool:
    """Whether two words are the same but for the case of ASCII letters, `strcasecmp(3)`."""
    return _folded(one) == _folded(other)


def is_all_or(token: str, word: str, question: Question) -> bool:
    """Whether a token stands for everything, or for this word."""
    question.known.note(f"string_match: tok={token}, item={word}")
    return same_word(token, "ALL") or same_word(token, word)


def is_number(token: str) -> bool:
    """Whether a token is nothing but digits."""
    return token.isascii() and token.isdigit()


def sure(matches: bool) -> Answer:
    """Return the answer to what is known."""
    return Answer.YES if matches else Answer.NO


def _remote_matches(token: str, question: Question) -> Answer:
    known, origin = question.known, question.origin
    if token.startswith("."):
        if _folded(origin).endswith(_folded(token)):
            return Answer.YES
    elif token.endswith("."):
        return _in_prefix(token, question)
    known.note(f"network_netmask_match: tok={token}, item={origin}")
    if token.startswith(".") or same_word(token, "NONE") or not token:
        return Answer.NO
    if "/" in token:
        return _in_network(token, question)
    wanted = address(token)
    return _is_host(token, question) if wanted is None else _at(wanted, _whole(wanted), question)


def _in_prefix(token: str, question: Question) -> Answer:
    if not is_number(token.replace(".", "")):
        return Answer.NO
    origins = _origin_addresses(question)
    if origins is None:
        return Answer.MAYBE
    fours = (origin for origin in origins if origin.bits == 32)
    return sure(any(f"{dotted(four)}.".startswith(token) for four in fours))


def _in_network(token: str, question: Question) -> Answer:
    head, _, tail = token.partition("/")
    network = address(head)
    if network is None:
        # `vc/1` is a terminal; `10.0.0/8` and `a.example.org/24` want to be networks.
        meant = "." in head or ":" in head
        return Answer.MAYBE if meant and _HOST.issuperset(head) else Answer.NO
    mask = _mask(tail, network.bits)
    if mask is None:
        return Answer.MAYBE
    if mask == 0 and address(tail) is None:
        # C: a network of no bits is one address.  Who writes it means everybody, as by a mask.
        one = _at(network, _whole(network), question)
        return max(one, min(Answer.MAYBE, _at(network, 0, question)))
    return _at(network, mask, question)


def _mask(text: str, bits: int) -> int | None:
    """Return the mask that is written as an address or a number of bits; `None` if it is none."""
    written = address(text)
    if written is not None:
        return written.number if written.bits == bits else None
    length = strtoll(text)
    return None if length is None or not 0 <= length <= bits else prefix_mask(bits, length)


def _is_host(token: str, question: Question) -> Answer:
    known = question.known
    if not question.host_names:
        return Answer.NO
    if token.startswith(":"):
        known.note(f"network_netmask_match: tok={token} is X11 display")
        return Answer.NO
    if known.is_terminal(token):
        known.note(f"network_netmask_match: tok={token} is a TTY")
        return Answer.NO
    found = known.addresses(token)
    if found == ():
        known.note(f'cannot resolve hostname "{token}"')
        return Answer.NO
    answer = Answer.MAYBE
    if found is not None:
        answer = max(_at(one, _whole(one), question) for one in found)
    # Whoever can put `cron` into the DNS must not come in where cron may (CVE-2024-10963).
    name = token.lower()  # that of a service always is, and the DNS knows no case
    taken = name.rstrip("0123456789") in _TERMINALS or known.is_service(name)
    return min(answer, Answer.MAYBE) if taken else answer


def _at(wanted: Address, mask: int, question: Question) -> Answer:
    origins = _origin_addresses(question)
    if origins is None:
        return Answer.MAYBE
    return sure(
        any(
            origin.within(wanted, mask) or (origin.is_loopback and wanted.is_loopback)
            for origin in origins
        )
    )


def _origin_addresses(question: Question) -> tuple[Address, ...] | None:
    """Return where a question comes from; `None` if that cannot be told."""
    origin = question.origin
    # Behind an address of a link is its interface: whether there is such a one C is asked, for
    # whoever can choose the name of a machine could call it `10.0.0.1%x`.
    literal = address(origin)
    found = question.known.addresses(origin) if literal is None else (literal,)
    if not found:
        # Who claims a name without an address may be anywhere (CVE-2022-28321); this machine
        # is where it is.
        return found if question.here else None
    inner = (embedded(one) for one in found)
    return (*found, *(one for one in inner if one is not None))


def _whole(one: Address) -> int:
    return prefix_mask(one.bits, one.bits)


def _folded(word: str) -> bytes:
    return word.encode("utf-8", "surrogateescape").lower()
