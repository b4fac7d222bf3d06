from pathlib import Path

from pamkit.demo.root import build, temporary
from pamkit.demo.scenes import SCENES


def test_only_its_owner_may_read_the_shadow_file(tmp_path: Path) -> None:
    build(str(tmp_path))
    assert (tmp_path / "etc/shadow").stat().st_mode & 0o777 == 0o600


def test_there_are_yescrypt_sha512_and_expired_passwords(tmp_path: Path) -> None:
    build(str(tmp_path))
    lines = [line.split(":") for line in (tmp_path / "etc/shadow").read_text().splitlines()]
    assert {"*", "$y", "$6"} == {hashed[:2] for _, hashed, *_ in lines}
    assert {"9"} == {str(len(line)) for line in lines}
    assert "90" in {line[4] for line in lines}
    assert "18262" in {line[7] for line in lines}


def test_every_scene_has_a_policy_and_a_user_of_its_own(tmp_path: Path) -> None:
    build(str(tmp_path))
    services = {path.name for path in (tmp_path / "etc/pam.d").iterdir()}
    users = {line.split(":")[0] for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    assert {scene.service for scene in SCENES} <= services
    assert {scene.user for scene in SCENES if scene.user} <= users


def test_a_temporary_root_goes_even_if_the_play_fails() -> None:
    try:
        with temporary() as root:
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert not Path(root).exists()
