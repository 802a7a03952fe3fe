"""Class codes as people write them."""

import pytest

from stream.catalogue.join_code import ALPHABET, LENGTH, new_join_code, parse_join_code, spaced


def test_a_code_survives_being_shown_and_typed() -> None:
    code = new_join_code()
    assert len(code) == LENGTH
    assert parse_join_code(spaced(code).lower()) == code


def test_no_character_looks_like_another() -> None:
    assert not set("0O1IL2Z5S8BU") & set(ALPHABET)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (" acde fghj ", "ACDEFGHJ"),
        ("ACDE-FGHJ", "ACDEFGHJ"),
        ("ACDE\u2013FGHJ", "ACDEFGHJ"),
        ("ACDEFGH", None),
        ("ACDEFGHJK", None),
        ("ACDEFGH0", None),
        ("", None),
        ("../../etc", None),
        ("ßcdefgh", None),
    ],
)
def test_typed_codes(typed: str, code: str | None) -> None:
    assert parse_join_code(typed) == code
