"""O01: settings that cannot be meant refuse to start, with one clear line."""

from pathlib import Path

import pytest

from stream.secret_file import load_or_make_key
from stream.settings import BadSettings, Settings, load_settings


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = tmp_path / "flipcast.toml"
    config.write_text('listen = "127.0.0.1:9000"\nsession_days = 3\n')
    settings = load_settings({"FLIPCAST_LISTEN": "127.0.0.1:9001", "HOME": "/"}, config)
    assert (settings.listen, settings.port, settings.session_days) == ("127.0.0.1:9001", 9001, 3)


def test_without_anything_the_server_is_for_this_machine_only() -> None:
    assert load_settings({}) == Settings()
    assert Settings().host == "127.0.0.1"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        pytest.param({"FLIPCAST_LISTN": "x"}, "FLIPCAST_LISTN", id="unknown-name"),
        pytest.param({"FLIPCAST_LISTEN": "8080"}, "ADDRESS:PORT", id="no-address"),
        pytest.param({"FLIPCAST_LISTEN": "a:99999"}, "ADDRESS:PORT", id="no-such-port"),
        pytest.param({"FLIPCAST_SESSION_DAYS": "many"}, "session_days", id="not-a-number"),
        pytest.param({"FLIPCAST_SESSION_DAYS": "0"}, "session_days", id="nothing-lasts-0-days"),
        pytest.param({"FLIPCAST_FREE_SPACE_BYTES": "-1"}, "free_space", id="negative-space"),
        pytest.param({"FLIPCAST_PUBLIC_URL": "school.example"}, "https://", id="no-scheme"),
        pytest.param({"FLIPCAST_MEDIA_URL": "s3://x"}, "not supported", id="not-built-yet"),
    ],
)
def test_a_wrong_environment_is_named(environment: dict[str, str], said: str) -> None:
    with pytest.raises(BadSettings, match=said):
        load_settings(environment)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("listn = 1", "listn", id="unknown-name"),
        pytest.param("listen = 8080", "listen", id="a-number-for-a-text"),
        pytest.param("session_days = true", "session_days", id="a-truth-for-a-number"),
        pytest.param("listen = ", "cannot read", id="not-toml"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, said: str) -> None:
    config = tmp_path / "flipcast.toml"
    config.write_text(text)
    with pytest.raises(BadSettings, match=said):
        load_settings({}, config)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot read"):
        load_settings({}, tmp_path / "nothing.toml")


def test_the_key_is_made_once_and_for_the_server_alone(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    key = load_or_make_key(path)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_or_make_key(path) == key


@pytest.mark.parametrize("harm", ["readable", "cut"])
def test_a_key_that_others_can_read_or_that_is_damaged_is_refused(
    tmp_path: Path, harm: str
) -> None:
    path = tmp_path / "secret.key"
    load_or_make_key(path)
    if harm == "readable":
        path.chmod(0o644)
    else:
        path.write_bytes(b"short")
    with pytest.raises(BadSettings, match=r"chmod 600|damaged"):
        load_or_make_key(path)
