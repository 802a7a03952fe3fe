"""Runs the demo: a server with a temporary data folder, on loopback, until it is stopped."""

import asyncio
import json
import tempfile
import webbrowser
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from aiohttp import web

from stream.app_keys import DATABASE
from stream.clock import utc_now
from stream.demo.recorded import demo_folder, read_lecture
from stream.demo.school import DemoSchool, make_school, sign_in_link
from stream.demo.sender import DemoFailed, TeacherClient
from stream.demo.simulated_class import send_class
from stream.serve import running_server, until_stopped
from stream.settings import Settings

POLL_S = 0.5


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """How the demo was asked for."""

    port: int = 0
    open_browser: bool = True
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class DemoLinks:
    """What the demo prints once the lecture is watchable."""

    url: str
    teacher_url: str
    student_url: str
    lecture_url: str
    lecture_id: str


async def run_demo(options: DemoOptions) -> None:
    """Make everything, print the links, and serve until SIGINT or SIGTERM."""
    say = _say_nothing if options.as_json else _say
    with tempfile.TemporaryDirectory(prefix="flipcast-demo-") as data:
        settings = Settings(data=Path(data), listen=f"127.0.0.1:{options.port}", free_space_bytes=0)
        async with running_server(settings) as (app, address):
            stopped = asyncio.create_task(until_stopped())
            making = asyncio.create_task(_make(app, address, say))
            await asyncio.wait({stopped, making}, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                making.cancel()
                return
            links = making.result()
            print(json.dumps(asdict(links)) if options.as_json else _in_words(links), flush=True)
            if options.open_browser and not options.as_json:
                await asyncio.to_thread(webbrowser.open, links.teacher_url)
            await stopped


async def _make(app: web.Application, address: str, say: Callable[[str], None]) -> DemoLinks:
    folder = demo_folder()
    recorded = read_lecture(folder)
    async with app[DATABASE].write() as session:
        school = await make_school(session, recorded.class_name, utc_now())
    async with TeacherClient(address, school.teacher_token) as teacher:
        say("Sending a recorded lecture to the server, as a teacher would ...")
        lecture_id = await teacher.send_lecture(school.class_id, recorded, folder)
        duration_s = await _until_ready(teacher, lecture_id, say)
    say("A simulated class of 25 watches it ...")
    await send_class(address, school.classmate_tokens, lecture_id, duration_s)
    return await _links(app, address, school, lecture_id)


async def _until_ready(
    teacher: TeacherClient, lecture_id: str, say: Callable[[str], None]
) -> float:
    told = -1
    while True:
        lecture = await teacher.show_lecture(lecture_id)
        if lecture["state"] == "ready":
            return float(lecture["duration_s"])
        if lecture["state"] == "failed":
            raise DemoFailed(lecture["failure"])
        fraction = (lecture["progress"] or {}).get("fraction") or 0  # None while it waits
        percent = int(100 * fraction) // 20 * 20
        if percent > told:
            say(f"Making it watchable: {percent} %")
            told = percent
        await asyncio.sleep(POLL_S)


async def _links(
    app: web.Application, address: str, school: DemoSchool, lecture_id: str
) -> DemoLinks:
    lecture_path = f"/lectures/{lecture_id}"
    now = utc_now()
    async with app[DATABASE].write() as session:
        teacher = await sign_in_link(session, school.teacher_id, f"{lecture_path}/insight", now)
        student = await sign_in_link(session, school.student_id, lecture_path, now)
    return DemoLinks(
        url=address,
        teacher_url=address + teacher,
        student_url=address + student,
        lecture_url=address + lecture_path,
        lecture_id=lecture_id,
    )


def _in_words(links: DemoLinks) -> str:
    return f"""
The lecture is ready. Everything here is thrown away when you stop the demo (Ctrl-C).

  Be the student and watch it:             {links.student_url}
  Be the teacher and see where they
  went back (the class is simulated):      {links.teacher_url}

Each of the two links works once, in one browser; use a private window to be both at a time.
The lecture's page, once signed in:        {links.lecture_url}
"""


def _say(text: str) -> None:
    print(text, flush=True)


def _say_nothing(_text: str) -> None:
    pass
