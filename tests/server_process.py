"""A `flipcast serve` of its own process, for tests that kill it."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType

START = [sys.executable, "-c", "from stream.cli import main; main()"]
ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerProcess:
    """Starts on one port again and again, so that clients find it after a kill."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.setup_url = ""
        self._log = data.with_suffix(".log")
        self._environment = os.environ | {
            "FLIPCAST_DATA": str(data),
            "FLIPCAST_LISTEN": f"127.0.0.1:{self.port}",
            "FLIPCAST_FREE_SPACE_BYTES": "0",
            "FLIPCAST_AV1": "off",  # what is tested is the package
            **settings,
        }
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> "ServerProcess":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if error is not None:
            print(self.log()[-8000:])

    def start(self) -> None:
        """Start the server and return once it listens."""
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [*START, "serve"], cwd=ROOT, env=self._environment, text=True,
                stdout=subprocess.PIPE, stderr=log, start_new_session=True,
            )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "listens" in line, self.log()
        if not self.setup_url:
            found = re.search(r"http\S+", self._process.stdout.readline())
            self.setup_url = found.group() if found else ""

    @property
    def pid(self) -> int:
        """The running server's process id."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """`kill -9`, as a power cut of the process would be."""
        self._end(signal.SIGKILL)

    def send(self, number: signal.Signals) -> None:
        """Send the server a signal that does not end it."""
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        """Stop politely; kill when it does not within 15 s."""
        self._end(signal.SIGTERM)

    def log(self) -> str:
        """What the server wrote to stderr, over all its starts."""
        return self._log.read_text(encoding="utf-8")

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(number)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        finally:
            if process.stdout:
                process.stdout.close()
