"""A screen of our own: Xvfb, and just enough of the X11 protocol to paint it in one colour."""

import asyncio
import shutil
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

CHANGE_WINDOW_ATTRIBUTES, CLEAR_AREA = 2, 61  # opcodes of the core protocol
BACK_PIXEL = 0x00000002
XVFB = shutil.which("Xvfb")


@dataclass
class Screen:
    """A running X server with one screen."""

    display: str  # `:42`
    connection: socket.socket
    root: int

    def paint(self, rgb: int) -> None:
        """Give the whole screen one colour."""
        background = struct.pack("<BxHIII", CHANGE_WINDOW_ATTRIBUTES, 4, self.root, BACK_PIXEL, rgb)
        clear = struct.pack("<BxHIhhHH", CLEAR_AREA, 4, self.root, 0, 0, 0, 0)
        self.connection.sendall(background + clear)


@asynccontextmanager
async def virtual_screen(size: str = "320x240") -> AsyncIterator[Screen]:
    """An Xvfb with a free display number; ended when the block ends."""
    assert XVFB is not None
    process = await asyncio.create_subprocess_exec(
        *(XVFB, "-displayfd", "1", "-screen", "0", f"{size}x24", "-nolisten", "tcp", "-noreset"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            number = (await process.stdout.readline()).decode().strip()
        with _connect(number) as connection:
            yield Screen(f":{number}", connection, _root_window(connection))
    finally:
        process.terminate()
        await process.wait()


def _connect(number: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(f"/tmp/.X11-unix/X{number}")
    connection.sendall(struct.pack("<BxHHHH2x", ord("l"), 11, 0, 0, 0))
    return connection


def _root_window(connection: socket.socket) -> int:
    """The root window of the first screen, from the answer to the connection's set-up."""
    accepted, extra_words = struct.unpack("<B5xH", _exactly(connection, 8))
    assert accepted == 1
    setup = _exactly(connection, extra_words * 4)
    (vendor_bytes,) = struct.unpack_from("<H", setup, 16)
    formats = setup[21]
    at = 32 + (vendor_bytes + 3) // 4 * 4 + 8 * formats
    (root,) = struct.unpack_from("<I", setup, at)
    return int(root)


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        piece = connection.recv(length - len(data))
        assert piece, "the X server closed the connection"
        data += piece
    return data
