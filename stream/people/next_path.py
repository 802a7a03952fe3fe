"""Where to go after signing in: a page of this site, whatever the link said (H20)."""

MAX_CHARS = 200


def safe_next(text: str) -> str:
    """Return `text` when it is a path of this site, else `/`.

    A browser reads `//host`, and `/\\host`, as another site, and drops tabs and line ends first:
    so a backslash or a control character anywhere, or a second slash, makes it `/`.
    """
    is_plain = all("\x20" < char != "\\" and char != "\x7f" for char in text)
    is_path = text.startswith("/") and not text.startswith("//")
    return text if is_path and is_plain and len(text) <= MAX_CHARS else "/"
