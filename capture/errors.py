"""What can go wrong between a camera and the server.

    CaptureError
    ├── SettingRefused       a source, an address or a token that cannot be used
    ├── RecordingFailed      a recorder had to be given up, or the rest was left for next time
    ├── TakeUnreadable       a take's journal on this disk is not one of ours, or was damaged
    └── ServerError
        ├── ServerUnavailable   worth another try: no network, a timeout, a busy or full server
        ├── OutOfStep           worth asking for the offset: wrong offset, damaged chunk
        ├── UploadGone          the server no longer has this upload; ours is still here
        └── ServerRefused       no other try would help

Every message is one or two sentences for the person in the classroom, and is shown as it is.
"""


class CaptureError(Exception):
    """Base of every error that this package raises on purpose."""


class SettingRefused(CaptureError):
    """Something the person wrote cannot be used."""


class RecordingFailed(CaptureError):
    """A recorder had to be given up, or the rest was left for next time."""


class TakeUnreadable(CaptureError):
    """A take's journal on this disk cannot be read."""


class ServerError(CaptureError):
    """The server did not do what was asked. `status` is None when it did not answer."""

    def __init__(self, sentence: str, status: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status


class ServerUnavailable(ServerError):
    """The server cannot be reached or asks for patience; another try is worth it."""


class OutOfStep(ServerError):
    """The chunk did not fit: ask for the offset and go on from there (409, 460)."""


class UploadGone(ServerError):
    """The server no longer has this upload (404, 410); it can be made again from the disk."""


class ServerRefused(ServerError):
    """The server refused, and no other try would help."""
