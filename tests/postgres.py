"""A real PostgreSQL for the tests: its own cluster in a temporary folder, on a unix socket."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TEMPLATE = "flipcast_empty"  # has the newest schema; tests get copies of it


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server."""

    binaries: Path
    socket_folder: Path

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+asyncpg://flipcast@/{name}?host={self.socket_folder}"

    def sql(self, statement: str) -> None:
        """Run a statement as the cluster's owner."""
        self._client("psql", "--quiet", "--dbname=postgres", f"--command={statement}")

    def _client(self, program: str, *arguments: str) -> None:
        command = [
            str(self.binaries / program), f"--host={self.socket_folder}", "--username=flipcast",
            "--no-psqlrc", *arguments,
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, text=True)


def find_postgres() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version's; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    initdb = shutil.which("initdb")
    return Path(initdb).parent if initdb else None


@contextmanager
def running_postgres(binaries: Path) -> Iterator[PostgresServer]:
    """Start a server without TCP and without fsync (its data is thrown away), and stop it."""
    with tempfile.TemporaryDirectory(prefix="flipcast-postgres-") as folder:
        data, log = Path(folder, "data"), Path(folder, "log")
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
        _as_owner(binaries / "initdb", f"--pgdata={data}", "--username=flipcast", "--no-sync",
                  "--encoding=UTF8", "--locale=C", "--auth=trust")  # fmt: skip
        options = f"-k {folder} -c listen_addresses= -c fsync=off -c synchronous_commit=off"
        control = (binaries / "pg_ctl", f"--pgdata={data}", "--wait", "--silent")
        _as_owner(*control, "start", f"--log={log}", f"--options={options}")
        try:
            yield PostgresServer(binaries, Path(folder))
        finally:
            _as_owner(*control, "stop", "--mode=immediate")


def _as_owner(program: Path, *arguments: str) -> None:
    prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
    command = [*(prefix if os.geteuid() == 0 else []), str(program), *arguments]
    subprocess.run(
        command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
