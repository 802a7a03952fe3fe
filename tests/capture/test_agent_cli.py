"""What the command says to somebody who uses it wrongly, or who asks."""

from pathlib import Path

import pytest

from tests.capture.conftest import StartAgent

CLASS_PAGE = "http://127.0.0.1:9/classes/c"


async def answer(start_agent: StartAgent, *arguments: str, token: str | None) -> tuple[int, str]:
    agent = await start_agent(*arguments, token=token)
    out, log = await agent.process.communicate()
    assert agent.process.returncode is not None
    return agent.process.returncode, (out + log).decode()


@pytest.mark.parametrize("command", [[], ["record"], ["send"], ["devices"]])
async def test_help_is_everywhere(start_agent: StartAgent, command: list[str]) -> None:
    status, text = await answer(start_agent, *command, "--help", token=None)
    assert status == 0
    assert "Usage:" in text


@pytest.mark.parametrize(
    ("arguments", "token", "sentence"),
    [
        pytest.param(["record"], "t", "--to", id="no-class"),
        pytest.param(["record", "--to", CLASS_PAGE], "t", "Nothing to record", id="no-source"),
        pytest.param(
            ["record", "--to", CLASS_PAGE, "--presenter", "webcam"],
            "t",
            "is not a source",
            id="no-such-source",
        ),
        pytest.param(
            ["record", "--to", CLASS_PAGE, "--presenter", "lavfi:testsrc2"],
            None,
            "FLIPCAST_AGENT_TOKEN",
            id="no-token",
        ),
        pytest.param(
            ["record", "--to", "http://school.example/classes/c", "--presenter", "lavfi:x"],
            "t",
            "--plain-http",
            id="a-token-in-plain-text",
        ),
        pytest.param(
            ["record", "--to", CLASS_PAGE, "--presenter", "lavfi:x", "--duration", "0"],
            "t",
            "--duration",
            id="no-time",
        ),
    ],
)
async def test_misuse_is_one_clear_answer_and_exit_2(
    start_agent: StartAgent, arguments: list[str], token: str | None, sentence: str
) -> None:
    status, text = await answer(start_agent, *arguments, token=token)
    assert status == 2
    assert sentence in text
    assert "Traceback" not in text


async def test_nothing_to_send_is_fine(start_agent: StartAgent, tmp_path: Path) -> None:
    status, text = await answer(start_agent, "send", "--folder", str(tmp_path), token="t")
    assert (status, text) == (0, "Nothing waits to be sent.\n")


async def test_a_folder_that_cannot_be_made_is_named(
    start_agent: StartAgent, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    status, text = await answer(
        start_agent,
        *("record", "--to", CLASS_PAGE, "--presenter", "lavfi:testsrc2"),
        *("--folder", str(tmp_path / "file" / "takes")),
        token="t",
    )
    assert status == 1
    assert "takes: Not a directory" in text
    assert "Traceback" not in text
