"""A server to be killed: `python following_server.py DATA PORT`. Follows uploads at once."""

import sys
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from stream.app import make_app
from stream.jobs.worker import HABITS, Habits
from stream.settings import Settings


def main(data: str, port: str) -> None:
    """Serve until killed."""
    app = make_app(Settings(data=Path(data), listen=f"127.0.0.1:{port}", free_space_bytes=0))
    app[HABITS] = Habits(followed_after=timedelta(0))
    web.run_app(app, host="127.0.0.1", port=int(port), print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
