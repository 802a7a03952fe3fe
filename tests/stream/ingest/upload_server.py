"""A server to be killed: `python upload_server.py DATA PORT`. Encodes nothing."""

import sys
from pathlib import Path

from aiohttp import web

from stream.settings import Settings
from tests.stream.ingest.conftest import make_idle_app


def main(data: str, port: str) -> None:
    """Serve until killed."""
    settings = Settings(data=Path(data), listen=f"127.0.0.1:{port}", free_space_bytes=0)
    web.run_app(make_idle_app(settings), host="127.0.0.1", port=int(port), print=None)


if __name__ == "__main__":
    main(*sys.argv[1:])
