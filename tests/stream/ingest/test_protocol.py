"""The protocol's rules as tables: header fields in, values or refusals out."""

from datetime import UTC, datetime

import pytest
from multidict import CIMultiDict

from stream.errors import BadRequest, FlipcastError, TooLarge, WrongContentType, WrongVersion
from stream.ingest import protocol
from stream.ingest.protocol import Chunk, OffsetMismatch

CHUNK = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("0", 0, id="zero"),
        pytest.param("42", 42, id="number"),
        pytest.param("007", 7, id="leading-zeros"),
        pytest.param("9223372036854775807", 2**63 - 1, id="largest"),
    ],
)
def test_whole_numbers_are_read(text: str, value: int) -> None:
    assert protocol.parse_integer("Upload-Offset", text) == value


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("+5", id="plus"),
        pytest.param("-1", id="negative"),
        pytest.param("1_0", id="underscore"),
        pytest.param("9223372036854775808", id="2-to-the-63"),
        pytest.param("9" * 400, id="400-digits"),
        pytest.param("1.0", id="fraction"),
        pytest.param("0x10", id="hexadecimal"),
        pytest.param("1e3", id="exponent"),
        pytest.param("٣", id="arabic-digit"),
        pytest.param(" 1", id="space"),
        pytest.param("1\n", id="line-end"),
        pytest.param("", id="empty"),
    ],
)
def test_everything_else_is_not_a_number(text: str) -> None:
    """U20."""
    with pytest.raises(BadRequest):
        protocol.parse_integer("Upload-Offset", text)


@pytest.mark.parametrize("spoken", [None, "", "0.2.2", "1.0", "1.0.1", "2.0.0"])
def test_other_versions_are_refused(spoken: str | None) -> None:
    headers = CIMultiDict[str]() if spoken is None else CIMultiDict({"Tus-Resumable": spoken})
    with pytest.raises(WrongVersion):
        protocol.require_version(headers)


def test_metadata_is_taken_apart_and_kept_as_sent() -> None:
    raw = "track MTIz,filename w6RwZmVsLm1wNA==, is_private,empty "
    metadata = protocol.parse_metadata(raw)
    assert metadata.raw == raw
    assert metadata.text("track") == "123"
    assert metadata.text("filename") == "äpfel.mp4"
    assert metadata.text("is_private") == ""
    assert metadata.text("absent") == ""


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("track !!!", id="not-base64"),
        pytest.param("track MTI", id="base64-without-padding"),
        pytest.param("track MT Iz", id="space-inside-base64"),
        pytest.param("track MTIz,track MTIz", id="duplicate-key"),
        pytest.param(",track MTIz", id="empty-pair"),
        pytest.param("trä MTIz", id="key-not-ascii"),
        pytest.param("a\tb MTIz", id="tab-in-key"),
        pytest.param("filename " + "QUFB" * 1100, id="over-4-kB"),
    ],
)
def test_malformed_metadata_is_refused(raw: str) -> None:
    """U26."""
    with pytest.raises(BadRequest):
        protocol.parse_metadata(raw)


def test_text_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(BadRequest, match="filename"):
        protocol.parse_metadata("filename /w==").text("filename")


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        pytest.param({}, BadRequest, id="no-length"),
        pytest.param(
            {"Upload-Length": "5", "Upload-Defer-Length": "1"}, BadRequest, id="length-and-deferred"
        ),
        pytest.param({"Upload-Defer-Length": "0"}, BadRequest, id="deferred-0"),
        pytest.param({"Upload-Defer-Length": "true"}, BadRequest, id="deferred-true"),
        pytest.param({"Upload-Length": "0"}, BadRequest, id="empty-file"),
        pytest.param(
            {"Upload-Length": "5", "Content-Length": "5", "Content-Type": "video/mp4"},
            WrongContentType,
            id="body-of-another-type",
        ),
    ],
)
def test_creations_that_are_refused(headers: dict[str, str], refusal: type[FlipcastError]) -> None:
    with pytest.raises(refusal):
        protocol.parse_creation(CIMultiDict(headers))


def test_a_header_sent_twice_is_refused() -> None:
    headers = CIMultiDict([("Upload-Length", "5"), ("Upload-Length", "6")])
    with pytest.raises(BadRequest, match="2 times"):
        protocol.parse_creation(headers)


@pytest.mark.parametrize(
    ("headers", "body_bytes"),
    [
        pytest.param({"Content-Length": "7"}, 7, id="known"),
        pytest.param({}, 0, id="none"),
        pytest.param({"Transfer-Encoding": "chunked"}, None, id="chunked"),
    ],
)
def test_how_much_a_chunk_will_bring(headers: dict[str, str], body_bytes: int | None) -> None:
    assert protocol.parse_chunk(CIMultiDict(CHUNK | headers)).body_bytes == body_bytes


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("md5 XrY7u+Ae7tCTyyK7j1rNww==", id="unknown-algorithm"),
        pytest.param("sha256", id="no-digest"),
        pytest.param("sha256 ???", id="not-base64"),
        pytest.param("sha256 MTIz", id="too-short"),
        pytest.param("SHA256 " + "QUFB" * 8, id="names-are-lower-case"),
    ],
)
def test_checksums_that_are_refused(text: str) -> None:
    """U21."""
    with pytest.raises(BadRequest):
        protocol.parse_checksum(CIMultiDict({"Upload-Checksum": text}))


def _chunk(offset: int = 0, length: int | None = None, body: int | None = 0) -> Chunk:
    return Chunk(offset, length, body, None)


@pytest.mark.parametrize(
    ("told", "known", "agreed"),
    [
        pytest.param(None, None, None, id="still-unknown"),
        pytest.param(None, 7, 7, id="known-at-creation"),
        pytest.param(7, None, 7, id="told-now"),
        pytest.param(7, 7, 7, id="told-again"),
    ],
)
def test_both_sides_agree_on_the_length(
    told: int | None, known: int | None, agreed: int | None
) -> None:
    assert protocol.agreed_length(_chunk(length=told), known, 100) == agreed


@pytest.mark.parametrize(
    ("told", "known", "refusal"),
    [
        pytest.param(8, 7, BadRequest, id="changed"),
        pytest.param(0, None, BadRequest, id="empty"),
        pytest.param(101, None, TooLarge, id="too-large"),
    ],
)
def test_lengths_that_are_refused(
    told: int, known: int | None, refusal: type[FlipcastError]
) -> None:
    with pytest.raises(refusal):
        protocol.agreed_length(_chunk(length=told), known, 100)


@pytest.mark.parametrize(
    ("chunk", "refusal"),
    [
        pytest.param(_chunk(offset=4), OffsetMismatch, id="overlap"),
        pytest.param(_chunk(offset=6), OffsetMismatch, id="gap"),
        pytest.param(_chunk(offset=5, body=6), BadRequest, id="past-the-length"),
    ],
)
def test_chunks_that_do_not_fit(chunk: Chunk, refusal: type[FlipcastError]) -> None:
    """U20: the upload has 5 of 10 bytes."""
    with pytest.raises(refusal):
        protocol.require_fit(chunk, 5, 10)


def test_a_length_below_what_has_arrived_is_refused() -> None:
    with pytest.raises(BadRequest):
        protocol.require_fit(_chunk(offset=5), 5, 4)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (16 * 2**30, "17.2 GB")],
)
def test_sizes_are_written_for_people(count: int, text: str) -> None:
    assert protocol.format_bytes(count) == text


def test_expiry_is_an_http_date() -> None:
    moment = datetime(2026, 11, 22, 2, 43, 34, tzinfo=UTC)
    assert protocol.format_expiry(moment) == "Sun, 22 Nov 2026 02:43:34 GMT"
