"""Say what a file is when it is no recording, from its first bytes: pure, and never from its name.

This only finds the right words for the teacher and stops playlists early. What may be opened is
decided by the list of allowed demuxers in `probe.py`, so a disguise that is not recognised here is
still refused.
"""

HEAD_BYTES = 4096  # as much as `refusal_of` wants to see

_CHOOSE = "Choose the video or sound file that you recorded."
_LIST = f"This file is a list of other files (a playlist), not a recording. {_CHOOSE}"

_BINARY = (  # signature, offset, what it is
    (b"\x89PNG\r\n\x1a\n", 0, "a picture"),
    (b"\xff\xd8\xff", 0, "a picture"),
    (b"GIF8", 0, "a picture"),
    (b"WEBP", 8, "a picture"),
    (b"%PDF-", 0, "a PDF document"),
    (b"PK\x03\x04", 0, "a ZIP archive or an office document"),
    (b"\xd0\xcf\x11\xe0", 0, "an office document"),
    (b"\x1f\x8b", 0, "a compressed archive"),
    (b"7z\xbc\xaf\x27\x1c", 0, "a compressed archive"),
)
_LISTS = ("#EXTM3U", "FFCONCAT", "[PLAYLIST]", "V=0", "<MPD")


def refusal_of(head: bytes) -> str | None:
    """The sentence for a file that begins with `head`; None if it may be a recording."""
    if not head:
        return "This file is empty: nothing was recorded or copied into it."
    for signature, offset, name in _BINARY:
        if head[offset:].startswith(signature):
            return f"This file is {name}, not a recording. {_CHOOSE}"
    text = _as_text(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n").upper()
    if start.startswith(_LISTS) or "<MPD" in start:
        return _LIST
    if start.startswith(("<!DOCTYPE", "<HTML", "<SVG", "<?XML")):
        return f"This file is a web page or a text file, not a recording. {_CHOOSE}"
    return f"This file is a text file, not a recording. {_CHOOSE}"


def _as_text(head: bytes) -> str | None:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", errors="replace")
    try:
        text = head[: HEAD_BYTES - 4].decode() if len(head) >= HEAD_BYTES else head.decode()
    except UnicodeDecodeError as error:
        if len(head) < HEAD_BYTES or error.start < HEAD_BYTES - 8:
            return None
        text = head[: error.start].decode()
    controls = sum(character < " " and character not in "\t\n\r\f\x1b" for character in text)
    return text if controls == 0 else None
