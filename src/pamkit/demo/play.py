"""Plays a scene: a real transaction in the demo's root, with an actor at the keyboard."""

from __future__ import annotations

from pamkit.stores.system import system_outside
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import ConversationEnded, PamError
from pamkit.vocab.message import Style
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Protocol

    from pamkit.demo.scenes import Call, Scene, Typed
    from pamkit.policy.resolve import Policy
    from pamkit.semantics.trace import Run
    from pamkit.transaction import Transaction
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.message import Answer, Message

    class Stage(Protocol):
        """Where a scene is shown."""

        def findings(self, findings: tuple[Finding, ...]) -> None:
            """Show what is odd about the policy."""

        def message(self, text: str, answer: str | None) -> None:
            """Show a message and what was typed, in a form that may be shown."""

        def run(self, run: Run, policy: Policy) -> None:
            """Show a run that is over."""

        def log(self, text: str) -> None:
            """Show what was written for the administrator."""

        def environment(self, names: tuple[str, ...]) -> None:
            """Show which variables were set."""


MASK = "********"
"""What is shown of a hidden answer; its length tells nothing either."""


_SALT = "$y$j9T$E8NyOhNUamqvv39XrK5hHFFNAqS3m7j8Ap93NNt4Qn2"


def missing() -> str:
    """Return what the demo cannot do without and this machine does not have; else nothing."""
    try:
        hashed = system_outside().crypt(b"", _SALT)
    except OSError as fault:
        return fault.strerror or "passwords cannot be hashed"
    return "" if hashed else "libcrypt does not know yescrypt: install libxcrypt 4.3 or newer"


class Outcome(Record):
    """How a scene ended: the codes of its calls, and what went otherwise than it should."""

    scene: Scene
    codes: tuple[int, ...]
    surprises: tuple[str, ...]

    @property
    def as_expected(self) -> bool:
        """Whether everything went as it should."""
        return not self.surprises


def play(scene: Scene, root: str, *, start: Callable[..., Transaction], stage: Stage) -> Outcome:
    """Play a scene in the root directory; return how it ended.

    ``start`` makes the transaction; ``stage`` shows it.  Nothing is written to the system's
    log: what would be is shown.
    """
    lines: list[str] = []
    actor = Actor(scene.typed, stage)
    codes: list[int] = []
    surprises: list[str] = []
    with start(
        scene.service,
        scene.user,
        conversation=actor,
        root=root,
        log=lambda _, text: lines.append(text),
    ) as transaction:
        if transaction.findings:
            stage.findings(transaction.findings)
        for call in scene.calls:
            code = _code(transaction, call, stage)
            for line in lines:
                stage.log(line)
            lines.clear()
            codes.append(code)
            surprises += _surprise(call, code)
        names = transaction.env.keys()
        if names:
            stage.environment(names)
    surprises += actor.left_over()
    return Outcome(scene, tuple(codes), tuple(surprises))


class Actor:
    """A conversation that types what the scene says, if the prompt is the one it says."""

    def __init__(self, typed: tuple[Typed, ...], stage: Stage) -> None:
        """Type these answers, and show on a stage what is said."""
        self._typed, self._stage = list(typed), stage

    def __call__(self, messages: tuple[Message, ...], /) -> Sequence[Answer]:
        """Answer; raises `ConversationEnded` for a prompt that is not in the scene."""
        return [self._answer(message) for message in messages]

    def left_over(self) -> Iterator[str]:
        """Return the prompts that never came."""
        for typed in self._typed:
            yield f"never asked `{typed.prompt}`"

    def _answer(self, message: Message) -> Answer:
        if not message.wants_answer:
            self._stage.message(message.text, None)
            return None
        if not self._typed or self._typed[0].prompt != message.text:
            raise ConversationEnded(message=f"the scene has no answer to `{message.text}`")
        answer = self._typed.pop(0).answer
        hidden = message.style is Style.PROMPT_ECHO_OFF
        self._stage.message(message.text, MASK if hidden else answer)
        return answer


def _code(transaction: Transaction, call: Call, stage: Stage) -> int:
    """Make a call, show its runs, and return its code."""
    code = ReturnCode.SUCCESS
    before = len(transaction.trace)
    try:
        getattr(transaction, call.primitive.name.lower())(call.flags)
    except PamError as refused:
        code = refused.code
    for run in transaction.trace[before:]:
        stage.run(run, transaction.policy)
    return code


def _surprise(call: Call, code: int) -> Iterator[str]:
    if code != call.code:
        name = call.primitive.name.lower()
        got = ReturnCode(code).name.lower()
        yield f"{name}: expected {call.code.name.lower()}, found {got}"
