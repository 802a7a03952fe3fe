"""Runs the application: one server per data folder, stopped politely by SIGTERM or Ctrl-C."""

import asyncio
import fcntl
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from aiohttp import web

from stream.app import make_app
from stream.app_keys import DATABASE
from stream.clock import utc_now
from stream.people.first_start import setup_link
from stream.settings import BadSettings, Settings

STOP_GRACE_S = 8.0  # F18: uploads are cut and kept, the process is gone within 10 s


@contextmanager
def sole_server(data: Path) -> Iterator[None]:
    """Hold the data folder's lock. Raises BadSettings when another server has it.

    The kernel frees it with the process, so a `kill -9` leaves no stale lock behind.
    """
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(data / "server.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BadSettings(f"another Flipcast server already uses {data}") from error
    finally:
        os.close(descriptor)


@asynccontextmanager
async def running_server(settings: Settings) -> AsyncIterator[tuple[web.Application, str]]:
    """A server that listens; yields the application and its local address."""
    with sole_server(settings.data):
        app = make_app(settings)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=STOP_GRACE_S)
        await runner.setup()
        try:
            site = web.TCPSite(runner, settings.host, settings.port)
            await _listen(site, settings)
            port = runner.addresses[0][1]
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            yield app, f"http://{host}:{port}"
        finally:
            await runner.cleanup()


async def _listen(site: web.TCPSite, settings: Settings) -> None:
    try:
        await site.start()
    except OSError as error:
        raise BadSettings(f"cannot listen on {settings.listen}: {error.strerror}") from error


async def until_stopped() -> None:
    """Wait for SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()


async def serve_until_stopped(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; the first start prints the set-up link."""
    async with running_server(settings) as (app, address):
        base = settings.public_url.rstrip("/") or address
        async with app[DATABASE].write() as session:
            link = await setup_link(session, utc_now())
        print(f"Flipcast listens on {address}", flush=True)
        if link is not None:
            print(f"Set it up within 24 hours, with this link: {base}{link}", flush=True)
        await until_stopped()
