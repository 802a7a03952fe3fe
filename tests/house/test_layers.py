"""The layering rule: who may import whom (README, "The house")."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

MAY_IMPORT = {
    "transcode": set[str](),
    "capture": {"transcode"},
    "stream": {"transcode"},
    "player": set[str](),
}
KEPT_OUT = {
    "transcode": {"aiohttp", "sqlalchemy", "alembic"},
    "capture": {"sqlalchemy", "alembic"},
}
# Within the server, a feature's rooms may be used by the features to its right only.
FEATURES = ["people", "catalogue", "jobs", "ingest", "delivery", "insight"]
COMPOSITION_ROOTS = {"stream.app", "stream.cli", "capture.cli"}


def python_files(*folders: str) -> Iterator[Path]:
    """The Python files below these folders of the project."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path


def imported_modules(path: Path) -> set[str]:
    """The full names of the modules a file imports, `from a import b` as `a` and `a.b`."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: write imports in full"
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def top_levels(path: Path) -> set[str]:
    """The top-level packages a file imports."""
    return {name.partition(".")[0] for name in imported_modules(path)}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_the_layers_below_it(package: str) -> None:
    forbidden = set(MAY_IMPORT) - MAY_IMPORT[package] - {package} | KEPT_OUT.get(package, set())
    for path in python_files(package):
        assert not top_levels(path) & forbidden, path.relative_to(ROOT)


def test_nobody_imports_the_composition_roots() -> None:
    allowed = {"stream/cli.py", "stream/serve.py", "capture/__main__.py"}
    for path in python_files("stream", "capture", "transcode"):
        name = path.relative_to(ROOT).as_posix()
        if name not in allowed:
            assert not imported_modules(path) & COMPOSITION_ROOTS, name


@pytest.mark.parametrize("feature", FEATURES)
def test_features_use_each_other_in_one_direction(feature: str) -> None:
    later = FEATURES[FEATURES.index(feature) + 1 :]
    for path in python_files(f"stream/{feature}"):
        for name in imported_modules(path):
            parts = name.split(".")
            if parts[0] == "stream" and len(parts) > 1 and parts[1] != feature:
                assert parts[1] not in later, f"{path.relative_to(ROOT)} imports {name}"
                assert parts[2:3] != ["routes"], f"{path.relative_to(ROOT)} imports {name}"


def test_only_one_module_imports_ffmpeg_python() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in python_files("transcode", "capture", "stream")
        if "ffmpeg" in top_levels(path)
    }
    assert len(users) == 1, users


def test_one_module_starts_child_processes() -> None:
    starters = {
        path.relative_to(ROOT).as_posix()
        for path in python_files("transcode", "capture", "stream")
        if {"create_subprocess_exec", "Popen"} & names_in(path)
    }
    assert starters == {"transcode/process.py"}


def names_in(path: Path) -> set[str]:
    """The names and attributes a file uses."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    return attributes | {node.id for node in nodes if isinstance(node, ast.Name)}


def test_routes_speak_sql_only_through_stores() -> None:
    for path in python_files("stream"):
        if path.name.endswith("routes.py"):
            sql = {name for name in imported_modules(path) if name.startswith("sqlalchemy")}
            # The session's type may be named; statements may not be written.
            assert all(name.startswith("sqlalchemy.ext.asyncio") for name in sql), path


def test_the_top_level_holds_what_the_house_names_and_nothing_else() -> None:
    named = {
        "capture", "transcode", "stream", "player", "tests", "deploy", "pyproject.toml",
        "README.md", "Makefile", "LICENSE", "NOTICE", "CHANGELOG.md",
    }  # fmt: skip
    assert {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} == named
