"""Lets a simulated class watch a lecture: through the real event API, each with a session cookie.

So the demo has something to show. The persons must be marked `is_simulated`; then every page that
shows their numbers says so. How one of them watches: `simulated_viewer.py`.
"""

import asyncio
from collections.abc import Sequence
from random import Random

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar

from stream.demo.simulated_viewer import HABITS, Batch, hard_passages, plan_watching
from stream.people.sessions import COOKIE

AT_ONCE = 8  # students; a class does not press play in the same millisecond
TRIES = 20
TIMEOUT_S = 30.0


class ReportRefused(Exception):
    """The server refused a simulated student's report."""

    def __init__(self, status: int, answer: str) -> None:
        super().__init__(f"the server answered {status} to a simulated student: {answer}")
        self.status = status
        self.answer = answer


def plan_class(count: int, duration_s: float, seed: int = 11) -> list[list[Batch]]:
    """Return the batches of `count` students, the same ones for the same `seed`.

    Of every 25 the last has not opened the lecture yet and has none.
    """
    passages = hard_passages(duration_s)
    return [
        plan_watching(Random(f"{seed}-{number}"), duration_s, passages, HABITS[place])  # noqa: S311
        if (place := number % (len(HABITS) + 1)) < len(HABITS)
        else []
        for number in range(count)
    ]


async def send_class(
    base_url: str, cookies: Sequence[str], lecture_id: str, duration_s: float, *, seed: int = 11
) -> int:
    """Let one student per session token in `cookies` watch the lecture; return how many did.

    Raises ReportRefused, and aiohttp's ClientError or TimeoutError when the server is away.
    """
    plans = plan_class(len(cookies), duration_s, seed)
    url = f"{base_url.rstrip('/')}/api/lectures/{lecture_id}/watch"
    places = asyncio.Semaphore(AT_ONCE)
    timeout = ClientTimeout(total=TIMEOUT_S)
    async with ClientSession(cookie_jar=DummyCookieJar(), timeout=timeout) as session:

        async def watch(cookie: str, batches: list[Batch]) -> None:
            headers = {"Cookie": f"{COOKIE}={cookie}", "Origin": base_url.rstrip("/")}
            async with places:
                for batch in batches:
                    await _send(session, url, headers, batch)

        try:
            async with asyncio.TaskGroup() as group:
                for cookie, batches in zip(cookies, plans, strict=True):
                    group.create_task(watch(cookie, batches))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from failures
    return sum(1 for plan in plans if plan)


async def _send(session: ClientSession, url: str, headers: dict[str, str], batch: Batch) -> None:
    """Send one batch; wait and try again when the server asks for it, as the player does."""
    for _ in range(TRIES):
        async with session.post(url, json=batch, headers=headers) as response:
            if response.status == 204:
                return
            status, answer = response.status, await response.text()
            wait_s = _wait_s(response)
        if wait_s is None:
            break
        await asyncio.sleep(wait_s)
    raise ReportRefused(status, answer)


def _wait_s(response: ClientResponse) -> float | None:
    """Return how long the server asks to wait; None when trying again cannot help."""
    if response.status not in (429, 503):
        return None
    return float(response.headers.get("Retry-After", "1"))
