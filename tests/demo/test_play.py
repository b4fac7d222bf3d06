from collections.abc import Iterator

import pytest

from pamkit.demo.play import MASK, play
from pamkit.demo.root import temporary
from pamkit.demo.scenes import SCENES, Scene, Typed
from pamkit.policy.resolve import Policy
from pamkit.semantics.trace import Run
from pamkit.transaction import Transaction
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Finding

pytestmark = pytest.mark.needs("libcrypt")


class Listening:
    """A stage that remembers."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.said: list[tuple[str, str | None]] = []
        self.runs: list[Run] = []
        self.logged: list[str] = []
        self.variables: list[str] = []

    def findings(self, findings: tuple[Finding, ...]) -> None:
        self.found += findings

    def message(self, text: str, answer: str | None) -> None:
        self.said.append((text, answer))

    def run(self, run: Run, policy: Policy) -> None:
        self.runs.append(run)

    def log(self, text: str) -> None:
        self.logged.append(text)

    def environment(self, names: tuple[str, ...]) -> None:
        self.variables += names


@pytest.fixture
def root() -> Iterator[str]:
    with temporary() as directory:
        yield directory


def scene(title: str) -> Scene:
    (found,) = [scene for scene in SCENES if scene.title == title]
    return found


def test_the_scenes_end_as_they_should_one_after_the_other(root: str) -> None:
    assert {
        scene.title: outcome.surprises
        for scene in SCENES
        if (outcome := play(scene, root, start=Transaction, stage=Listening())).surprises
    } == {}


def test_the_stage_hears_all_and_no_hidden_answer(root: str) -> None:
    stage = Listening()
    play(scene("a user nobody knows"), root, start=Transaction, stage=stage)
    assert stage.said == [("login:", "mallory"), ("Password: ", MASK)]
    assert "pam_unix(login:auth): check pass; user unknown" in stage.logged
    assert [run.code for run in stage.runs] == [ReturnCode.AUTH_ERR]


def test_a_session_leaves_variables(root: str) -> None:
    stage = Listening()
    play(scene("a session, opened and closed"), root, start=Transaction, stage=stage)
    assert stage.variables == ["EDITOR", "LANG"]


def test_the_slip_of_the_pen_is_found(root: str) -> None:
    stage = Listening()
    play(scene("a slip of the pen in the policy"), root, start=Transaction, stage=stage)
    assert [finding.rule for finding in stage.found] == ["unknown-control"]


def test_a_prompt_that_is_not_in_the_scene_is_a_surprise(root: str) -> None:
    silent = scene("the right password").changed(typed=())
    outcome = play(silent, root, start=Transaction, stage=Listening())
    assert outcome.surprises[0] == "authenticate: expected success, found auth_err"
    assert not outcome.as_expected


def test_a_prompt_that_never_comes_is_a_surprise(root: str) -> None:
    talkative = scene("the wrong group").changed(typed=(Typed("Password: ", "x"),))
    outcome = play(talkative, root, start=Transaction, stage=Listening())
    assert outcome.surprises == ("never asked `Password: `",)
