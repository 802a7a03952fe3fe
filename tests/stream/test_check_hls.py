"""`flipcast check-hls`: on folders, on servers good and bad, and on our own."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from stream.app_keys import FOLDERS
from stream.check_hls import NothingThere, check_url
from stream.clock import utc_now
from stream.database import Database
from stream.ids import new_id
from stream.people.sessions import COOKIE
from stream.tables import Lecture, LectureState, Package, SchoolRole
from tests.generated_media import recording
from tests.server_process import ROOT, START
from tests.stream.conftest import MakeClass, SignIn
from transcode.media import Source
from transcode.package import make_package

TYPES = {".m3u8": "application/vnd.apple.mpegurl", ".m4s": "video/iso.segment", ".mp4": "video/mp4"}
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of 7 s. Read only."""
    folder = tmp_path_factory.mktemp("served")
    asyncio.run(make_package([Source(recording(folder / "a.mp4", seconds=7))], folder / "out"))
    return folder / "out"


def served(package: Path, **types: str) -> Serve:
    """Send each file well, but for the types of some extensions."""

    async def serve(request: web.Request) -> web.StreamResponse:
        path = package / request.match_info["name"]
        if not path.is_file():
            raise web.HTTPNotFound
        kind = types.get(path.suffix[1:], TYPES.get(path.suffix, ""))
        response = web.Response(body=path.read_bytes(), content_type=kind)
        if path.suffix == ".m3u8":
            response.enable_compression(web.ContentCoding.gzip)
        return response

    return serve


async def rules_broken(serve: Serve, entry: str = "index.m3u8") -> set[str]:
    app = web.Application()
    app.router.add_get("/{name:.+}", serve)
    async with TestServer(app) as server:
        report = await check_url(str(server.make_url(f"/{entry}")))
    assert report.not_checked == ()
    return {violation.rule for violation in report.violations}


async def test_a_good_server_breaks_no_rule(package: Path) -> None:
    assert await rules_broken(served(package)) == set()


async def test_playlists_have_to_be_compressed(package: Path) -> None:
    async def plainly(request: web.Request) -> web.StreamResponse:
        path = package / request.match_info["name"]
        return web.Response(body=path.read_bytes(), content_type=TYPES[path.suffix])

    assert await rules_broken(plainly) == {"10.1"}


@pytest.mark.parametrize("extension", ["m4s", "mp4", "m3u8"])
async def test_types_have_to_be_the_recommended_ones(package: Path, extension: str) -> None:
    types = {extension: "application/octet-stream"}
    assert await rules_broken(served(package, **types)) == {"10.4"}


async def test_a_playlist_has_to_be_recognizable(package: Path) -> None:
    good = served(package)

    async def nameless(request: web.Request) -> web.StreamResponse:
        if request.match_info["name"] != "lecture":
            return await good(request)
        response = web.Response(text=(package / "index.m3u8").read_text())
        response.enable_compression(web.ContentCoding.gzip)
        return response

    assert await rules_broken(nameless, "lecture") == {"RFC 4"}


async def test_requests_must_not_be_redirected(package: Path) -> None:
    good = served(package)

    async def moved(request: web.Request) -> web.StreamResponse:
        if request.match_info["name"] == "low/1.m4s":
            raise web.HTTPFound("/high/1.m4s")
        return await good(request)

    assert "8.18" in await rules_broken(moved)


async def test_a_missing_segment_is_a_finding(package: Path) -> None:
    good = served(package)

    async def lossy(request: web.Request) -> web.StreamResponse:
        if request.match_info["name"] == "still/0.m4s":
            raise web.HTTPNotFound
        return await good(request)

    assert "RFC 6.2.1" in await rules_broken(lossy)


async def test_where_no_playlist_is_there_is_nothing_to_check(package: Path) -> None:
    with pytest.raises(NothingThere, match="404"):
        await rules_broken(served(package), "nothing.m3u8")


async def test_our_own_server_breaks_no_rule(
    package: Path,
    client: TestClient[Any, Any],
    database: Database,
    make_class: MakeClass,
    sign_in: SignIn,
) -> None:
    lecture = Lecture(
        id=new_id(), class_id=await make_class(), title="Slopes", state=LectureState.READY,
        package_id=new_id(), duration_s=7.0, created_at=utc_now(),
    )  # fmt: skip
    row = Package(
        id=lecture.package_id, lecture_id=lecture.id, duration_s=7.0, size_bytes=1, facts={},
        created_at=utc_now(),
    )  # fmt: skip
    async with database.write() as session:
        session.add(lecture)
        await session.flush()
        session.add(row)
    app = client.app
    assert app is not None
    shutil.copytree(package, app[FOLDERS].package(lecture.id, row.id))
    student = await sign_in(SchoolRole.STUDENT, lecture.class_id)
    url = str(client.make_url(f"/media/{lecture.id}/{row.id}/index.m3u8"))
    report = await check_url(url, {"Cookie": f"{COOKIE}={student.token}"})
    assert [f"{one.rule} {one}" for one in report.violations] == []
    with pytest.raises(NothingThere, match="404"):
        await check_url(url)


async def test_headers_go_to_the_server_they_are_for_alone(package: Path, tmp_path: Path) -> None:
    seen: dict[str, bool] = {}

    def noting(name: str, serve: Serve) -> Serve:
        async def noted(request: web.Request) -> web.StreamResponse:
            seen[name] = seen.get(name, False) or "Cookie" in request.headers
            return await serve(request)

        return noted

    def app(serve: Serve) -> web.Application:
        made = web.Application()
        made.router.add_get("/{name:.+}", serve)
        return made

    async with TestServer(app(noting("other", served(package)))) as other:
        shutil.copytree(package, tmp_path / "package")
        index = tmp_path / "package" / "index.m3u8"
        index.write_text(index.read_text().replace("high/", f"{other.make_url('/high')}/"))
        async with TestServer(app(noting("own", served(tmp_path / "package")))) as own:
            await check_url(str(own.make_url("/index.m3u8")), {"Cookie": "session=1"})
    assert seen == {"own": True, "other": False}


def check_hls(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*START, "check-hls", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_the_command_speaks_in_sentences_and_exits_with_0_1_or_2(
    package: Path, tmp_path: Path
) -> None:
    done = check_hls(str(package))
    assert (done.returncode, done.stderr) == (0, "")
    assert " rules checked, 0 broken" in done.stdout
    assert "Not checked, being about servers: " in done.stdout

    broken = shutil.copytree(package, tmp_path / "broken")
    (broken / "audio" / "2.m4s").unlink()
    done = check_hls(str(broken / "index.m3u8"))
    assert (done.returncode, done.stderr) == (1, "")
    assert "RFC 6.2.1 (MUST) " in done.stdout
    assert "    audio/index.m3u8: the segment 2.m4s is not there." in done.stdout

    done = check_hls(str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"flipcast: There is no playlist {tmp_path / 'index.m3u8'}.\n"


@pytest.mark.slow
def test_the_command_prints_one_object_for_each_finding(package: Path) -> None:
    done = check_hls(str(package / "audio" / "index.m3u8"), "--json")
    assert done.returncode == 0, done.stdout
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {one["rule"] for one in found} == {"2.19", "7.6"}
    assert all(one["excused"] for one in found)
    assert set(found[0]) == {"rule", "level", "where", "sentence", "excused"}
