"""The recorder's engine in Debian's Firefox: WebM, files of the origin, and IndexedDB without them.

A machine without a sound card lets no AudioContext run there, so the browser's pretended
microphone is recorded directly, as where a page may make no sound.
"""

import asyncio
import json

import pytest

from stream.tables import SchoolRole
from tests.browser import PLAYER, firefox_path, node_path
from tests.recorder_desk import PREFIX, apart_s, arrived, built_engine, seen_in, until_ready
from tests.running_site import Site

pytestmark = pytest.mark.slow

DRIVER = PLAYER / "tests" / "browser" / "firefox-record.mjs"


async def test_takes_become_lectures_in_firefox_with_and_without_files_of_the_origin(
    site: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    node, firefox = node_path(), firefox_path()
    await site.stop()
    site.extra_files[PREFIX] = built_engine(tmp_path_factory)
    await site.start()
    class_id = await site.make_class()
    link = await site.sign_in_url(SchoolRole.TEACHER, class_id)
    process = await asyncio.create_subprocess_exec(
        *(node, str(DRIVER), firefox, link, f"{site.url}/upload", f"{PREFIX}/stage.js", class_id),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, log = await asyncio.wait_for(process.communicate(), 120)
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode == 0, log.decode()
    told = json.loads(out)
    whole, left = told["whole"], told["left"]
    assert (whole["troubles"], whole["interrupted"]) == ([], [])
    [interrupted] = left["interrupted"]
    assert left["left"] == []

    lectures = await arrived(site, class_id)
    assert {f"/lectures/{lecture_id}" for lecture_id in lectures} == {
        whole["lecture"]["url"],
        left["url"],
    }
    expected_s = {
        whole["lecture"]["url"]: whole["safe"]["recordedS"] - 0.3,
        left["url"]: interrupted["recordedS"] - 3,  # what a busy encoder still held
    }
    for lecture_id, (screen, camera) in lectures.items():
        assert screen.is_complete
        assert camera.is_complete
        of_screen, of_camera = seen_in(screen.path), seen_in(camera.path)
        shift_s = camera.start_offset_s - screen.start_offset_s
        assert of_screen.duration_s >= expected_s[f"/lectures/{lecture_id}"]
        assert of_camera.duration_s >= expected_s[f"/lectures/{lecture_id}"]
        assert apart_s(of_screen.flashes_s, of_camera.flashes_s, shift_s) <= 0.08
    await until_ready(site, whole["lecture"]["id"])
