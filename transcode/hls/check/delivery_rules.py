"""Rules about the server: Apple's 8.18, 10.1 and 10.4, and RFC 8216, 4. A folder has none."""

from collections.abc import Iterator

from transcode.hls.check.presentation import Fetched, Presentation
from transcode.hls.check.rules import MUST, SHOULD, Finding, rule

_PLAYLISTS = {"application/vnd.apple.mpegurl", "audio/mpegurl"}
_RECOMMENDED = {
    "m3u8": _PLAYLISTS,
    "mp4": {"video/mp4", "audio/mp4"},
    "m4s": {"video/iso.segment", "video/mp4", "audio/mp4"},
}
_OK = (200, 206)


@rule("8.18", MUST, "No request is redirected.", needs_server=True)
def _no_redirect(presentation: Presentation) -> Iterator[Finding]:
    for uri, answer in presentation.answers.items():
        if answer.was_redirected:
            yield presentation.name(uri), "the server redirects to another address."


@rule("10.1", MUST, "Playlists are sent compressed (gzip).", needs_server=True)
def _gzip(presentation: Presentation) -> Iterator[Finding]:
    for text in presentation.texts:
        if presentation.answers[text.uri].content_encoding != "gzip":
            yield presentation.name(text.uri), "it is not sent compressed to who asks for gzip."


@rule("RFC 4", MUST, "A playlist is sent with a type that means playlist.", needs_server=True)
def _playlist_type(presentation: Presentation) -> Iterator[Finding]:
    for text in presentation.texts:
        kind = _type(presentation.answers[text.uri])
        if kind not in _PLAYLISTS and not text.uri.partition("?")[0].endswith(".m3u8"):
            yield presentation.name(text.uri), f"its type is {kind or 'not said'}."


@rule("10.4", SHOULD, "Every file is sent with the recommended type.", needs_server=True)
def _content_type(presentation: Presentation) -> Iterator[Finding]:
    for uri, answer in presentation.answers.items():
        extension = uri.partition("?")[0].rpartition(".")[2]
        recommended = _RECOMMENDED.get(extension)
        if recommended and answer.status in _OK and _type(answer) not in recommended:
            yield presentation.name(uri), f"its type is {_type(answer) or 'not said'}."


def _type(answer: Fetched) -> str:
    return answer.content_type.partition(";")[0].strip().lower()
