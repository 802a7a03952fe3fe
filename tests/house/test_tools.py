"""The tools that keep the code in form find nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import NODE, PLAYER

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def node_tool(package: str, script: str, *arguments: str) -> list[str]:
    """The command that runs a tool of `player/node_modules` with the Node.js from pip."""
    return [str(NODE), str(PLAYER / "node_modules" / package / script), *arguments]


TOOLS = {
    "ruff finds nothing": (ROOT, [str(BIN / "ruff"), "check", "."]),
    "ruff would format nothing": (ROOT, [str(BIN / "ruff"), "format", "--check", "."]),
    "mypy --strict finds nothing": (ROOT, [str(BIN / "mypy")]),
    "tsc --strict finds nothing": (PLAYER, node_tool("typescript", "bin/tsc", "--noEmit")),
    "eslint finds nothing": (PLAYER, node_tool("eslint", "bin/eslint.js", ".")),
    "the browser code's own tests pass": (PLAYER, node_tool("vitest", "vitest.mjs", "run")),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_tool(tool: str) -> None:
    folder, command = TOOLS[tool]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
