"""What people send by mistake or on purpose, all the way: a clear sentence, and nothing is lost."""

import asyncio
import base64
import html
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stream.folders import Folders
from stream.settings import Settings
from stream.tables import SchoolRole
from tests.generated_media import recording, run_ffmpeg, truncated
from tests.stream.conftest import MakeClass, SignedIn, SignIn


def text_file(path: Path) -> Path:
    path.write_text("These are my notes for Monday, not my recording.\n" * 100)
    return path


def cut_off_mp4(path: Path) -> Path:
    return truncated(recording(path.with_name("whole.mp4")), path, 0.5)


def playlist(path: Path) -> Path:
    """U01."""
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n")
    return path


def ffconcat(path: Path) -> Path:
    path.write_text("ffconcat version 1.0\nfile /etc/passwd\n")
    return path


def very_wide(path: Path) -> Path:
    """U08."""
    run_ffmpeg("-f", "lavfi", "-i", "color=s=16384x64:d=0.2:r=5", "-c:v", "libx264", str(path))
    return path


BAD_FILES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "a text file called .mp4": (text_file, "lecture.mp4"),
    "a cut-off MP4": (cut_off_mp4, "cut.mp4"),
    "a playlist in disguise": (playlist, "slides.mp4"),
    "an ffconcat in disguise": (ffconcat, "slides.mkv"),
    "a picture 16384 pixels wide": (very_wide, "wide.mkv"),
}


async def new_track(teacher: SignedIn, class_id: str, title: str = "Slopes") -> tuple[str, str]:
    """A new lecture's id and its track's."""
    tracks = [{"role": "presentation", "start_offset_ms": 0}]
    response = await teacher.post(
        "/api/lectures", json={"class_id": class_id, "title": title, "tracks": tracks}
    )
    assert response.status == 201, await response.text()
    made = await response.json()
    return made["id"], made["tracks"][0]["id"]


def creation(track_id: str, length_bytes: int) -> dict[str, str]:
    """Headers that create an upload."""
    return {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(length_bytes),
        "Upload-Metadata": f"track {base64.b64encode(track_id.encode()).decode()}",
    }


async def send(teacher: SignedIn, track_id: str, path: Path) -> None:
    content = await asyncio.to_thread(path.read_bytes)
    response = await teacher.post("/uploads/", headers=creation(track_id, len(content)))
    assert response.status == 201, await response.text()
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }
    location = response.headers["Location"]
    response = await teacher.request("PATCH", location, data=content, headers=headers)
    assert response.status == 204, await response.text()


async def end_of(teacher: SignedIn, lecture_id: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            response = await teacher.get(f"/api/lectures/{lecture_id}")
            lecture: dict[str, Any] = await response.json()
            if lecture["state"] in ("ready", "failed"):
                return lecture
            await asyncio.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("kind", BAD_FILES)
async def test_a_file_that_cannot_be_used_fails_with_a_sentence_and_is_kept(
    kind: str, sign_in: SignIn, make_class: MakeClass, settings: Settings, tmp_path: Path
) -> None:
    make, name = BAD_FILES[kind]
    path = await asyncio.to_thread(make, tmp_path / name)
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    lecture_id, track_id = await new_track(teacher, class_id)
    await send(teacher, track_id, path)
    lecture = await end_of(teacher, lecture_id)
    assert lecture["state"] == "failed"
    sentence = lecture["failure"]
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert not any(word in sentence for word in ("Traceback", "Error", "ffmpeg", "/", "errno"))
    page = await teacher.get(f"/lectures/{lecture_id}")
    assert page.status == 200
    assert sentence in html.unescape(await page.text())
    kept = list(Folders(settings.data).originals.iterdir())
    assert [file.read_bytes() for file in kept] == [path.read_bytes()]
    assert not list(Folders(settings.data).media.glob("*/*"))  # nothing half-made is served


async def test_an_empty_file_is_refused_at_once(sign_in: SignIn, make_class: MakeClass) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    _, track_id = await new_track(teacher, class_id)
    response = await teacher.post("/uploads/", headers=creation(track_id, 0))
    assert response.status == 400
    assert "empty" in (await response.json())["error"]


async def test_an_upload_larger_than_is_allowed_is_refused_before_a_byte_is_sent(
    sign_in: SignIn, make_class: MakeClass, settings: Settings
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    _, track_id = await new_track(teacher, class_id)
    too_much = settings.max_upload_bytes + 1
    response = await teacher.post("/uploads/", headers=creation(track_id, too_much))
    assert response.status == 413
    assert (await response.json())["error"].endswith(".")


@pytest.mark.parametrize(
    "title",
    ["<img src=x onerror=alert(1)>", "</title><script>alert(1)</script>", '"><svg onload=1>'],
)
async def test_c08_markup_in_a_title_is_text_on_every_page(
    title: str, sign_in: SignIn, make_class: MakeClass
) -> None:
    class_id = await make_class()
    teacher = await sign_in(SchoolRole.TEACHER, class_id)
    lecture_id, _ = await new_track(teacher, class_id, title)
    for path in ("/", f"/classes/{class_id}", f"/lectures/{lecture_id}"):
        page = await (await teacher.get(path)).text()
        assert title not in page, path
        assert html.escape(title) in page or html.escape(title).replace("&#x27;", "&#39;") in (
            page.replace("&#34;", "&quot;")
        ), path
