"""One-line texts that people type (titles, names), made safe to show beside other people's texts.

Escaping is the templates' business; this removes what no escaping helps against.
"""

import unicodedata

# Characters that reorder their neighbours (C08): a title could make "exe.pdf" of "fdp.exe", or
# turn the text after it around. Right-to-left languages do not need them within one line.
_REORDERING = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
# Drawn as nothing, so two names could look the same. The joiners U+200C and U+200D stay: Persian
# and emoji need them.
_INVISIBLE = {0x00AD, 0x200B, 0x2060, 0xFEFF, *range(0xE0000, 0xE0080)}
_DROPPED = _REORDERING | _INVISIBLE
_SPACES = {"Zl", "Zp", "Zs", "Cc"}  # line ends, tabs and other controls become a space
_UNSTORABLE = {"Cs"}  # half a character: cannot be written as UTF-8


def one_line(text: str) -> str:
    """Return `text` in one line: no control, reordering or invisible characters, single spaces."""
    kept = (
        " " if unicodedata.category(char) in _SPACES else char
        for char in unicodedata.normalize("NFC", text)
        if ord(char) not in _DROPPED and unicodedata.category(char) not in _UNSTORABLE
    )
    return " ".join("".join(kept).split())
