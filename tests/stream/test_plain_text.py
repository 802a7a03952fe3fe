"""C08: names and titles in one line, without characters that deceive."""

import pytest

from stream.plain_text import one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("  a \t b\r\n c ", "a b c", id="spaces"),
        pytest.param("a\x00b\x1b[31m", "a b [31m", id="controls"),
        pytest.param("a\u202eb\u2066c\u200ed", "abcd", id="reordering"),
        pytest.param("a\u200bb\u2060c\ufeffd\u00ade", "abcde", id="invisible"),
        pytest.param("a\U000e0041b", "ab", id="tags"),
        pytest.param("a\u2028b\u2029c\u00a0d", "a b c d", id="line-separators"),
        pytest.param("a\ud800b", "ab", id="half-a-character"),
        pytest.param("e\u0301", "é", id="composed"),
        pytest.param("👩\u200d🏫 می\u200cخواهم", "👩\u200d🏫 می\u200cخواهم", id="joiners-stay"),
        pytest.param("<b>&amp;'\"", "<b>&amp;'\"", id="markup-is-text"),
        pytest.param("עברית العربية", "עברית العربية", id="right-to-left"),
        pytest.param("\u202e\u200b", "", id="nothing-visible"),
    ],
)
def test_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept
