"""tus 1.0.0 apart from storage: header fields in, values and decisions out. No I/O, no clock.

Rules are those of the tus resumable upload protocol, version 1.0.0, with the extensions named in
EXTENSIONS. Header values come from strangers: everything that is not exactly right is refused.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Protocol

from stream.errors import BadRequest, Conflict, TooLarge, WrongContentType, WrongVersion

VERSION = "1.0.0"
EXTENSIONS = (
    "creation",
    "creation-with-upload",
    "creation-defer-length",
    "checksum",
    "expiration",
    "termination",
)
# The checksum extension demands sha1; sha256 is what our own clients send.
CHECKSUM_ALGORITHMS = ("sha1", "sha256")
CONTENT_TYPE = "application/offset+octet-stream"

MAX_INTEGER = 2**63 - 1  # what the database can hold
MAX_METADATA_BYTES = 4096  # U26; ours are about 200
EMPTY_FILE = "The file is empty (0 bytes). Please choose the recording again."

_INTEGER = re.compile(r"[0-9]{1,19}")
# "The key MUST NOT contain spaces and commas and MUST NOT be empty. The key SHOULD be ASCII."
_KEY = re.compile(r"[!-+\--~]+")


class Headers(Protocol):
    """The part of a multi-valued header mapping that is used here."""

    def getall(self, key: str, default: list[str]) -> list[str]:
        """Return every value of a header, in order."""


class OffsetMismatch(Conflict):
    """The chunk does not start where the upload ends."""

    def __init__(self, expected: int, received: int) -> None:
        super().__init__(f"The chunk starts at byte {received}, but the upload has {expected}.")
        self.expected = expected
        self.received = received


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the client says about the file. Nothing of it is ever part of a path."""

    raw: str  # as sent; HEAD returns it unchanged
    values: Mapping[str, bytes]

    def text(self, key: str) -> str:
        """Return a value as text; empty when absent. Raises BadRequest when it is not UTF-8."""
        try:
            return self.values.get(key, b"").decode()
        except UnicodeDecodeError as error:
            raise BadRequest(f"Upload-Metadata: {key} is not UTF-8.") from error


@dataclass(frozen=True, slots=True)
class Checksum:
    """What the bytes of one request must hash to."""

    algorithm: str
    digest: bytes

    def matches(self, data_hash: "hashlib._Hash") -> bool:
        """Tell whether the bytes fed to `data_hash` are those that were sent."""
        return data_hash.digest() == self.digest


@dataclass(frozen=True, slots=True)
class Creation:
    """What a POST asks for."""

    length_bytes: int | None  # None: it will be told later
    metadata: Metadata
    has_body: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """What a PATCH is going to send."""

    offset_bytes: int
    length_bytes: int | None  # the whole upload's length, when the client tells it now
    body_bytes: int | None  # None: chunked transfer, not known
    checksum: Checksum | None


def single(headers: Headers, name: str) -> str | None:
    """Return a header's value; None when absent. Raises BadRequest when it is there twice."""
    values = headers.getall(name, [])
    if len(values) > 1:
        raise BadRequest(f"{name} was sent {len(values)} times.")
    return values[0] if values else None


def parse_integer(name: str, text: str) -> int:
    """Return a header's non-negative integer: digits only, at most 2^63 - 1 (U20).

    Python's own `int` would take `+5`, `1_0` and Arabic digits. Raises BadRequest.
    """
    if not _INTEGER.fullmatch(text) or int(text) > MAX_INTEGER:
        raise BadRequest(f"{name} must be a whole number of bytes, not {text[:40]!r}.")
    return int(text)


def _integer(headers: Headers, name: str) -> int | None:
    text = single(headers, name)
    return None if text is None else parse_integer(name, text)


def require_version(headers: Headers) -> None:
    """Raise WrongVersion unless the client speaks 1.0.0 (answered 412 with Tus-Version)."""
    spoken = single(headers, "Tus-Resumable")
    if spoken != VERSION:
        raise WrongVersion(f"This server speaks tus {VERSION}: send Tus-Resumable: {VERSION}.")


def parse_metadata(text: str) -> Metadata:
    """Return `Upload-Metadata` taken apart. Raises BadRequest (U26)."""
    if len(text.encode(errors="surrogateescape")) > MAX_METADATA_BYTES:
        raise BadRequest(f"Upload-Metadata is longer than {MAX_METADATA_BYTES} bytes.")
    values: dict[str, bytes] = {}
    for pair in text.split(",") if text else []:
        key, _, encoded = pair.strip(" ").partition(" ")
        if not _KEY.fullmatch(key):
            raise BadRequest("Upload-Metadata holds an empty or malformed key.")
        if key in values:
            raise BadRequest(f"Upload-Metadata holds {key} twice.")
        values[key] = _base64(f"Upload-Metadata: {key}", encoded)
    return Metadata(text, values)


def _base64(what: str, text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise BadRequest(f"{what} is not Base64.") from error


def parse_creation(headers: Headers) -> Creation:
    """Return what a POST asks for. Raises BadRequest and WrongContentType."""
    length_bytes, deferred = (
        _integer(headers, "Upload-Length"),
        single(headers, "Upload-Defer-Length"),
    )
    if deferred not in (None, "1"):
        raise BadRequest("Upload-Defer-Length can only be 1.")
    if (length_bytes is None) == (deferred is None):
        raise BadRequest("Send either Upload-Length or Upload-Defer-Length: 1.")
    if length_bytes == 0:
        raise BadRequest(EMPTY_FILE)
    has_body = _body_bytes(headers) != 0
    if has_body:
        _require_content_type(headers)
    metadata = parse_metadata(single(headers, "Upload-Metadata") or "")
    return Creation(length_bytes, metadata, has_body)


def parse_chunk(headers: Headers) -> Chunk:
    """Return what a PATCH is going to send. Raises BadRequest and WrongContentType."""
    _require_content_type(headers)
    offset_bytes = _integer(headers, "Upload-Offset")
    if offset_bytes is None:
        raise BadRequest("Upload-Offset is missing.")
    length_bytes = _integer(headers, "Upload-Length")
    return Chunk(offset_bytes, length_bytes, _body_bytes(headers), parse_checksum(headers))


def first_chunk(headers: Headers) -> Chunk:
    """Return what a POST with a body sends at once. Raises BadRequest."""
    return Chunk(0, None, _body_bytes(headers), parse_checksum(headers))


def parse_checksum(headers: Headers) -> Checksum | None:
    """Return `Upload-Checksum`; None when absent. Raises BadRequest (U21)."""
    text = single(headers, "Upload-Checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.partition(" ")
    if algorithm not in CHECKSUM_ALGORITHMS:
        known = ", ".join(CHECKSUM_ALGORITHMS)
        raise BadRequest(f"Upload-Checksum: this server knows {known}.")
    digest = _base64("Upload-Checksum", encoded)
    if len(digest) != new_hash(algorithm).digest_size:
        raise BadRequest(f"Upload-Checksum is not as long as a {algorithm} digest.")
    return Checksum(algorithm, digest)


def new_hash(algorithm: str) -> "hashlib._Hash":
    """Return an empty hash. sha1 guards against accidents here, not against attackers."""
    return hashlib.new(algorithm, usedforsecurity=False)


def _body_bytes(headers: Headers) -> int | None:
    if single(headers, "Transfer-Encoding") is not None:
        return None
    return _integer(headers, "Content-Length") or 0


def _require_content_type(headers: Headers) -> None:
    if single(headers, "Content-Type") != CONTENT_TYPE:
        raise WrongContentType(f"Bytes of an upload are sent as {CONTENT_TYPE}.")


def agreed_length(chunk: Chunk, known_bytes: int | None, max_bytes: int) -> int | None:
    """Return the upload's length as both sides now know it; None when nobody has told it.

    "Once it has been set the length MUST NOT be changed." Raises BadRequest and TooLarge.
    """
    if chunk.length_bytes is None:
        return known_bytes
    if known_bytes is not None and chunk.length_bytes != known_bytes:
        raise BadRequest(f"The upload's length is {known_bytes} bytes and cannot be changed.")
    if chunk.length_bytes == 0:
        raise BadRequest(EMPTY_FILE)
    require_size(chunk.length_bytes, max_bytes)
    return chunk.length_bytes


def require_size(length_bytes: int, max_bytes: int) -> None:
    """Raise TooLarge when one upload is longer than allowed."""
    if length_bytes > max_bytes:
        raise TooLarge(
            f"The file is too large: {format_bytes(length_bytes)}, "
            f"and this server takes up to {format_bytes(max_bytes)}."
        )


def require_fit(chunk: Chunk, offset_bytes: int, length_bytes: int | None) -> None:
    """Raise unless the chunk starts where the upload ends and stays within its length (U20)."""
    if chunk.offset_bytes != offset_bytes:
        raise OffsetMismatch(offset_bytes, chunk.offset_bytes)
    if length_bytes is None:
        return
    if offset_bytes > length_bytes:
        raise BadRequest(f"The upload already has {offset_bytes} bytes, more than {length_bytes}.")
    require_within(offset_bytes + (chunk.body_bytes or 0), length_bytes)


def require_no_more(chunk: Chunk, end_bytes: int) -> None:
    """Raise BadRequest when bytes come for an upload that is complete, and ends here."""
    if chunk.offset_bytes == end_bytes and chunk.body_bytes:
        raise BadRequest("This recording was finished without what comes now; it takes no more.")


def require_within(end_bytes: int, length_bytes: int | None) -> None:
    """Raise BadRequest when bytes would lie beyond the upload's length."""
    if length_bytes is not None and end_bytes > length_bytes:
        raise BadRequest(
            f"The chunk goes to byte {end_bytes}, but the upload ends at {length_bytes}."
        )


def format_bytes(count: int) -> str:
    """Return a size for people: `1.5 GB`, in powers of 1000 as file managers show it."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def format_expiry(expires_at: datetime) -> str:
    """Return `Upload-Expires`: an IMF-fixdate (RFC 9110, section 5.6.7)."""
    return format_datetime(expires_at, usegmt=True)
