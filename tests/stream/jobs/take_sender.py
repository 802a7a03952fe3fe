"""A sender to be killed: `python take_sender.py BASE UPLOAD TOKEN FILE`."""

import http.client
import sys
import time
from pathlib import Path

SLICE_BYTES = 50_000
EVERY_S = 0.1


def main(base: str, upload: str, token: str, file: str) -> None:
    """Send slice by slice, as a recorder does, until killed."""
    connection = http.client.HTTPConnection(base)
    data, offset = Path(file).read_bytes(), 0
    while offset < len(data):
        body = data[offset : offset + SLICE_BYTES]
        headers = {
            "Authorization": f"Bearer {token}",
            "Tus-Resumable": "1.0.0",
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
        }
        connection.request("PATCH", upload, body, headers)
        connection.getresponse().read()
        offset += len(body)
        time.sleep(EVERY_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
