"""Where the agent may send a recording and its token."""

from pathlib import Path

import pytest

from capture.address import ClassPage, parse_class_page, read_token
from capture.errors import SettingRefused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "https://school.example/classes/ab_C-1",
            ClassPage("https://school.example", "ab_C-1"),
            id="a-class",
        ),
        pytest.param(
            "https://school.example:8443/classes/c/?tab=2#top",
            ClassPage("https://school.example:8443", "c"),
            id="as-copied-from-a-browser",
        ),
        pytest.param(
            "http://127.0.0.1:8080/classes/c",
            ClassPage("http://127.0.0.1:8080", "c"),
            id="this-computer",
        ),
        pytest.param(
            "http://[::1]:8080/classes/c", ClassPage("http://[::1]:8080", "c"), id="this-computer-6"
        ),
    ],
)
def test_the_page_of_a_class_is_understood(text: str, expected: ClassPage) -> None:
    assert parse_class_page(text, allow_plain_http=False) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("https://school.example/", "not the page of a class", id="the-start-page"),
        pytest.param(
            "https://school.example/classes/../x", "not the page of a class", id="a-way-out"
        ),
        pytest.param("school.example/classes/c", "begins with https://", id="no-scheme"),
        pytest.param("ftp://school.example/classes/c", "begins with https://", id="ftp"),
        pytest.param("https://a:b@school.example/classes/c", "password", id="a-password"),
        pytest.param("https://school.example:x/classes/c", "web address", id="a-broken-port"),
        pytest.param("http://school.example/classes/c", "--plain-http", id="a-readable-token"),
        pytest.param("http://127.0.0.1.evil.example/classes/c", "--plain-http", id="a-disguise"),
    ],
)
def test_an_address_that_is_no_class_or_not_safe_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(SettingRefused) as refusal:
        parse_class_page(text, allow_plain_http=False)
    assert sentence in str(refusal.value)


def test_plain_http_is_possible_for_those_who_ask_for_it() -> None:
    page = parse_class_page("http://school.example/classes/c", allow_plain_http=True)
    assert page.origin == "http://school.example"


def test_the_token_leaves_the_environment_when_it_is_read() -> None:
    environment = {"FLIPCAST_AGENT_TOKEN": "secret", "HOME": "/"}
    assert read_token(None, environment) == "secret"
    assert environment == {"HOME": "/"}


def test_a_token_file_that_only_the_owner_reads_is_used(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("secret\n")
    file.chmod(0o600)
    assert read_token(file, {"FLIPCAST_AGENT_TOKEN": "other"}) == "secret"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_token_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "token"
    file.write_text("secret")
    file.chmod(mode)
    with pytest.raises(SettingRefused, match="chmod 600"):
        read_token(file, {})


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({}, id="none"),
        pytest.param({"FLIPCAST_AGENT_TOKEN": " \n"}, id="blank"),
        pytest.param({"FLIPCAST_AGENT_TOKEN": "a\r\nX-Role: admin"}, id="a-header-in-disguise"),
    ],
)
def test_no_usable_token_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(SettingRefused, match="token"):
        read_token(None, environment)


def test_a_token_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="cannot be read"):
        read_token(tmp_path / "absent", {})
