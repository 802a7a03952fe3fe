"""A08, A09, A10: what a password may be, and what is kept of it."""

import asyncio

import pytest

from stream.errors import BadRequest
from stream.people.passwords import MAX_CHARS, Passwords


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("x" * 8, id="shortest"),
        pytest.param("x" * 200, id="200"),
        pytest.param("x" * MAX_CHARS, id="longest"),
        pytest.param("pass wörd 🔐🔐", id="emoji"),
        pytest.param("trailing space ", id="trailing-space"),
    ],
)
async def test_a_password_works_exactly(password: str) -> None:
    passwords = Passwords()
    stored = await passwords.hash(password)
    assert stored.startswith("$argon2id$")
    assert await passwords.matches(stored, password)
    for other in (password[:-1], password + " ", password.swapcase() + "x"):
        if len(other) <= MAX_CHARS:
            assert not await passwords.matches(stored, other)


@pytest.mark.parametrize("password", ["", "x" * 7, "x" * (MAX_CHARS + 1), "x" * 1_000_000])
async def test_too_short_and_too_long_are_refused_with_a_sentence(password: str) -> None:
    with pytest.raises(BadRequest, match="characters"):
        await Passwords().hash(password)


async def test_nobody_and_damaged_hashes_match_nothing() -> None:
    passwords = Passwords()
    assert not await passwords.matches(None, "nobody has this password")
    assert not await passwords.matches("not a hash", "x" * 8)


async def test_many_at_once_wait_in_line_while_the_loop_goes_on() -> None:
    """A09."""
    passwords = Passwords()
    stored = await passwords.hash("x" * 8)
    tries = [asyncio.create_task(passwords.matches(stored, "x" * 8)) for _ in range(12)]
    turns = 0
    while not all(task.done() for task in tries):
        turns += 1
        await asyncio.sleep(0)
    assert all([await task for task in tries])
    assert turns > len(tries)  # the loop was free between the hashes
