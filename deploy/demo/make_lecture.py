"""Makes the demo lecture: speaks it, draws it, and records it in a real Chromium, in real time.

    python -m deploy.demo.make_lecture

Needs espeak-ng, Chromium and the packages of the tests. Nothing of it runs when the demo is shown.
"""

import asyncio
import base64
import functools
import http.server
import json
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from deploy.demo.script import CLASS_NAME, LINES, TITLE
from deploy.demo.voice import Spoken, as_wav, loudness, speak

HERE = Path(__file__).resolve().parent
LENGTH_S = 90.0
LOUDNESS_HZ = 12
SLIDE_LEAD_S = 0.6  # a slide comes so long before its first sentence
POINTER_LEAD_S = 0.3
LONGEST_GAP_MS = 400  # between drawn frames; above it the machine was too busy: record again
BUDGET_BYTES = 2_900_000
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
    "--no-first-run", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip


async def make() -> None:
    """Write presentation.webm, presenter.webm and lecture.json beside this file."""
    spoken, sound = speak(LINES, LENGTH_S)
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as base:
        stage = Path(folder)
        for name in ("slides.html", "slides.css", "stage.html", "stage.js", "teacher.js"):
            shutil.copy(HERE / name, stage)
        (stage / "sound.wav").write_bytes(as_wav(sound))
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=CHROMIUM
            )
            page = await browser.new_page(viewport={"width": 1920, "height": 1080})
            plan = await draw_slides(page, base, stage, spoken)
            plan |= {"loudness": loudness(sound, LOUDNESS_HZ), "loudness_hz": LOUDNESS_HZ}
            await page.goto(f"{base}/stage.html")
            await page.wait_for_function("window.isReady")
            print("recording 90 seconds ...", flush=True)
            taken = await page.evaluate("plan => window.record(plan)", plan)
            await browser.close()
    keep(taken, plan, spoken)


async def draw_slides(
    page: Page, base: str, stage: Path, spoken: Sequence[Spoken]
) -> dict[str, Any]:
    """Take pictures of the slides and find the pointer's places; returns the stage's plan."""
    await page.goto(f"{base}/slides.html")
    await page.evaluate("document.fonts.ready")
    slides: list[dict[str, Any]] = []
    for slide in dict.fromkeys(line.line.slide for line in spoken):
        first_s = next(line.start_s for line in spoken if line.line.slide == slide)
        picture = f"{slide}.png"
        await page.locator(f"#{slide}").screenshot(path=stage / picture)
        words = (await page.locator(f"#{slide}").inner_text()).split()
        title = await page.locator(f"#{slide} h1").inner_text()
        start_s = round(max(0.0, first_s - SLIDE_LEAD_S), 3) if slides else 0.0
        slides.append(
            {"id": slide, "start_s": start_s, "title": title, "picture": picture, "words": words}
        )
    scroll = await draw_passage(page, stage, spoken)
    pointer = [await place_of(page, line, scroll) for line in spoken]
    return {
        "length_s": LENGTH_S, "slides": slides, "scroll": scroll, "sound": "sound.wav",
        "pointer": [{"at_s": 0.0, "x": 1240, "y": 820}, *pointer],
    }  # fmt: skip


async def draw_passage(page: Page, stage: Path, spoken: Sequence[Spoken]) -> dict[str, Any]:
    """The scrolling passage: its whole picture, its window on the slide, when and how far."""
    lines = [line for line in spoken if line.line.slide == "research"]
    box = await page.evaluate(
        """() => {
          const slide = document.querySelector("#research").getBoundingClientRect();
          const frame = document.querySelector(".window").getBoundingClientRect();
          const passage = document.querySelector(".passage");
          return {x: frame.x - slide.x, y: frame.y - slide.y, width: passage.offsetWidth,
                  height: Math.floor(frame.height), passage: passage.offsetHeight};
        }"""
    )
    # Out of its window, so that the whole passage is in the picture.
    await page.add_style_tag(content=".passage { position: absolute; top: 0; left: 0; }")
    await page.evaluate("document.body.append(document.querySelector('.passage'))")
    await page.evaluate("document.querySelectorAll('section').forEach(s => s.style.display='none')")
    await page.locator(".passage").screenshot(path=stage / "passage.png")
    await page.goto(page.url)
    return {
        "slide": "research", "picture": "passage.png",
        "window": {key: box[key] for key in ("x", "y", "width", "height")},
        "start_s": lines[0].end_s, "end_s": lines[-1].start_s + 1.0,
        "distance_px": max(0, box["passage"] - box["height"]),
    }  # fmt: skip


async def place_of(page: Page, line: Spoken, scroll: dict[str, Any]) -> dict[str, float]:
    """Where the pointer goes for a sentence, on the slide as it is drawn then."""
    place: dict[str, float] = await page.evaluate(
        """([slide, point]) => {
          const section = document.querySelector("#" + slide).getBoundingClientRect();
          const element = document.querySelector(`#${slide} [data-point="${point}"]`);
          const box = element.getClientRects()[0];
          return {x: box.x - section.x + Math.min(box.width * 0.8, 620),
                  y: box.y - section.y + box.height * 0.7};
        }""",
        [line.line.slide, line.line.point],
    )
    frame = scroll["window"]
    if line.line.slide == scroll["slide"]:
        place["y"] = min(place["y"], frame["y"] + frame["height"] * 0.6)
    return {
        "at_s": max(0.0, line.start_s - POINTER_LEAD_S),
        "x": place["x"],
        "y": min(place["y"], 1040),
    }


def keep(taken: dict[str, Any], plan: dict[str, Any], spoken: Sequence[Spoken]) -> None:
    """Write the files, if the take is good."""
    tracks = {role: base64.b64decode(taken[role]) for role in ("presentation", "presenter")}
    size_bytes = sum(len(track) for track in tracks.values())
    gap_ms = taken["longest_gap_ms"]
    print(f"{size_bytes} bytes, the longest gap between frames {gap_ms} ms")
    if gap_ms > LONGEST_GAP_MS or size_bytes > BUDGET_BYTES:
        sys.exit("not kept: the machine was too busy, or the files are too large")
    for role, content in tracks.items():
        (HERE / f"{role}.webm").write_bytes(content)
    shift_s = taken["sound_offset_ms"] / 1000
    facts = {
        "title": TITLE, "class_name": CLASS_NAME,
        "tracks": [
            {"file": "presentation.webm", "role": "presentation", "start_offset_ms": 0},
            {"file": "presenter.webm", "role": "presenter",
             "start_offset_ms": taken["presenter_offset_ms"]},
        ],
        "spoken": [
            {"start_s": round(line.start_s + shift_s, 3), "end_s": round(line.end_s + shift_s, 3),
             "text": line.line.text}
            for line in spoken
        ],
        "slides": [
            {"start_s": round(slide["start_s"] + shift_s, 3) if slide["start_s"] else 0.0,
             "title": slide["title"], "words": slide["words"]}
            for slide in plan["slides"]
        ],
        "scroll": {key: round(plan["scroll"][key] + shift_s, 3) for key in ("start_s", "end_s")},
    }  # fmt: skip
    text = json.dumps(facts, indent=1, ensure_ascii=False) + "\n"
    (HERE / "lecture.json").write_text(text, encoding="utf-8")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files and does not write a line for each."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    asyncio.run(make())
