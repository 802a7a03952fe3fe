"""The documents tell the truth: routes, settings and lock files are compared with the code."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from aiohttp import web

from stream.app import make_app
from stream.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]


def routes_of(app: web.Application) -> set[str]:
    """`METHOD /path/{name}` for every route; HEAD follows GET and is not listed."""
    found = set()
    for route in app.router.routes():
        info = route.resource.canonical if route.resource else ""
        if route.method != "HEAD" or not has_get(app, info):
            found.add(f"{route.method} {info}")
    return found


def has_get(app: web.Application, canonical: str) -> bool:
    """Tell whether the path also answers GET."""
    return any(
        route.method == "GET" and route.resource and route.resource.canonical == canonical
        for route in app.router.routes()
    )


def test_every_route_is_in_api_md_and_nothing_else(tmp_path: Path) -> None:
    text = (ROOT / "stream" / "API.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", text, re.MULTILINE))
    assert documented == routes_of(make_app(Settings(data=tmp_path)))


def test_every_setting_is_documented_with_its_default() -> None:
    text = (ROOT / "stream" / "README.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(FLIPCAST_[A-Z0-9_]+)` \| ([^|]*) \|", text, re.MULTILINE))
    defaults = {PREFIX + item.name.upper(): item.default for item in fields(Settings)}
    written = {name: value.strip(" `").replace("empty", "") for name, value in rows.items()}
    assert written == {name: str(default) for name, default in defaults.items()}


@pytest.mark.parametrize("kind", ["run", "test"])
def test_lock_files_name_no_index_and_pin_everything(kind: str) -> None:
    text = (ROOT / "deploy" / "requirements" / f"{kind}.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert lines
    assert all(re.fullmatch(r"[a-z0-9_.-]+==[^ ]+", line) for line in lines)
    assert "://" not in text


def test_the_npm_lock_names_no_registry() -> None:
    text = (ROOT / "player" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved": "http' not in text


@pytest.mark.parametrize("folder", ["transcode", "capture", "stream", "player", "deploy"])
def test_every_room_has_a_readme_with_its_invariants(folder: str) -> None:
    text = (ROOT / folder / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^## .*(invariant|promise)", text, re.MULTILINE | re.IGNORECASE), folder
    assert re.search(r"^1\. ", text, re.MULTILINE), f"{folder}: invariants are numbered"


def test_links_in_documents_lead_somewhere() -> None:
    for document in ROOT.rglob("*.md"):
        if {"node_modules", ".venv"} & set(document.parts):
            continue
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"
