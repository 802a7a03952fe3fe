"""Media goes to members of the class, as plain immutable files; nothing goes to anybody else."""

from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient

from stream.app_keys import FOLDERS
from stream.clock import utc_now
from stream.database import Database
from stream.delivery.media_names import content_type_of
from stream.ids import new_id
from stream.tables import Lecture, LectureState, Package, SchoolRole
from tests.stream.conftest import MakeClass, SignIn

FILES = {
    "index.m3u8": "application/vnd.apple.mpegurl",
    "all-codecs.m3u8": "application/vnd.apple.mpegurl",
    "low/index.m3u8": "application/vnd.apple.mpegurl",
    "low/init.mp4": "video/mp4",
    "low/0.m4s": "video/mp4",
    "poster.jpg": "image/jpeg",
    "storyboard.vtt": "text/vtt",
}


@pytest.mark.parametrize(
    "name",
    [
        "../secret.key", "..%2fsecret.key", "low/../../x.m4s", "/etc/passwd", "low//0.m4s",
        "low/.m4s", ".m4s", "low\\0.m4s", "low/0.m4s\0.jpg", "0.html", "0.svg", "0", "a/b/c/0.m4s",
        "\u00c0\u00af.m4s", "LOW/0.m4s", "low/0.m4s/", "low/%30.m4s",
    ],
)  # fmt: skip
def test_h01_other_names_do_not_exist(name: str) -> None:
    assert content_type_of(name) is None


@pytest.fixture
async def lecture(
    client: TestClient[Any, Any], database: Database, make_class: MakeClass
) -> Lecture:
    """A ready lecture with a package of small files."""
    row = Lecture(
        id=new_id(), class_id=await make_class(), title="Slopes", state=LectureState.READY,
        package_id=new_id(), duration_s=1.0, created_at=utc_now(),
    )  # fmt: skip
    package = Package(
        id=row.package_id, lecture_id=row.id, duration_s=1.0, size_bytes=1, facts={},
        created_at=utc_now(),
    )  # fmt: skip
    async with database.write() as session:
        session.add(row)
        await session.flush()
        session.add(package)
    app = client.app
    assert app is not None
    folder: Path = app[FOLDERS].package(row.id, package.id)
    for name in FILES:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode() * 100)
    return row


def base(lecture: Lecture) -> str:
    return f"/media/{lecture.id}/{lecture.package_id}"


@pytest.mark.parametrize("name", FILES)
async def test_a_member_gets_the_file_with_its_type_and_may_keep_it(
    lecture: Lecture, sign_in: SignIn, name: str
) -> None:
    student = await sign_in(SchoolRole.STUDENT, lecture.class_id)
    response = await student.get(f"{base(lecture)}/{name}")
    assert (response.status, await response.read()) == (200, name.encode() * 100)
    assert response.content_type == FILES[name]
    # Only the index is ever replaced: when it names an AV1 set, too.
    kept = "no-cache" if name == "all-codecs.m3u8" else "max-age=31536000, immutable"
    assert response.headers["Cache-Control"] == f"private, {kept}"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("name", FILES)
async def test_h04_without_a_membership_there_is_nothing(
    client: TestClient[Any, Any],
    lecture: Lecture,
    sign_in: SignIn,
    make_class: MakeClass,
    name: str,
) -> None:
    stranger = await sign_in(SchoolRole.STUDENT, await make_class())
    admin = await sign_in(SchoolRole.ADMIN)
    url = f"{base(lecture)}/{name}"
    assert (await client.get(url)).status == 404
    assert (await stranger.get(url)).status == 404
    assert (await admin.get(url)).status == 404


@pytest.mark.parametrize(
    "name", ["%2e%2e/%2e%2e/%2e%2e/secret.key", "..%2f..%2f..%2fsecret.key", "low/1.m4s", "low"]
)
async def test_h01_h25_members_get_no_other_file_either(
    lecture: Lecture, sign_in: SignIn, name: str
) -> None:
    student = await sign_in(SchoolRole.STUDENT, lecture.class_id)
    assert (await student.get(f"{base(lecture)}/{name}")).status == 404


async def test_h05_the_package_of_another_lecture_is_not_there(
    lecture: Lecture, sign_in: SignIn, make_class: MakeClass
) -> None:
    student = await sign_in(SchoolRole.STUDENT, lecture.class_id)
    response = await student.get(f"/media/{new_id()}/{lecture.package_id}/index.m3u8")
    assert response.status == 404


async def test_a_part_of_a_segment_can_be_asked_for(lecture: Lecture, sign_in: SignIn) -> None:
    student = await sign_in(SchoolRole.STUDENT, lecture.class_id)
    response = await student.get(f"{base(lecture)}/low/0.m4s", headers={"Range": "bytes=3-6"})
    assert (response.status, await response.read()) == (206, b"/0.m")


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        pytest.param("gzip", "gzip", id="players"),
        pytest.param("gzip, deflate, br", "gzip", id="browsers"),
        pytest.param("identity", None, id="programs"),
    ],
)
async def test_playlists_travel_compressed(
    lecture: Lecture, sign_in: SignIn, asked: str, sent: str | None
) -> None:
    student = await sign_in(SchoolRole.STUDENT, lecture.class_id)
    response = await student.get(f"{base(lecture)}/index.m3u8", headers={"Accept-Encoding": asked})
    assert response.headers.get("Content-Encoding") == sent
    assert response.headers["Vary"] == "Accept-Encoding"


async def test_assets_are_public_and_only_assets(client: TestClient[Any, Any]) -> None:
    page = await (await client.get("/login")).text()
    style = page.partition('href="/assets/')[2].partition('"')[0]
    response = await client.get(f"/assets/{style}")
    assert (response.status, response.content_type) == (200, "text/css")
    assert "immutable" in response.headers["Cache-Control"]
    assert (await client.get("/assets/.vite%2fmanifest.json")).status == 404


async def test_health_says_what_works(client: TestClient[Any, Any]) -> None:
    response = await client.get("/healthz")
    assert (response.status, await response.json()) == (200, {"ok": True, "degraded": []})
