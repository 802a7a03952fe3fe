"""How fast passwords and class codes may be guessed: patience per login name and per address."""

import math
import time

from stream.errors import TooMany
from stream.people.throttle import Patience, Throttle

LOGIN_PATIENCE = Patience(free=8, longest_wait_s=30.0)
# A school shares one address: hundreds of pupils mistype there in the same quarter of an hour.
ADDRESS_PATIENCE = Patience(free=100, longest_wait_s=20.0)
CODE_PATIENCE = Patience(free=20, longest_wait_s=60.0)


class Guessing:
    """Counts tries. A try counts as failed from its beginning, so that many at once count too."""

    def __init__(self) -> None:
        self._logins = Throttle(LOGIN_PATIENCE)
        self._addresses = Throttle(ADDRESS_PATIENCE)
        self._codes = Throttle(CODE_PATIENCE)

    def try_password(self, login: str, address: str) -> None:
        """Begin a try. Raises TooMany when the name or the address has to wait."""
        now_s = time.monotonic()
        _refuse_early(
            max(self._logins.wait_s(login, now_s), self._addresses.wait_s(address, now_s))
        )
        self._logins.failed(login, now_s)
        self._addresses.failed(address, now_s)

    def password_was_right(self, login: str, address: str) -> None:
        """Take the try back; the address keeps its other failures, whose names may differ."""
        self._logins.succeeded(login)
        self._addresses.take_back(address)

    def try_code(self, address: str) -> None:
        """Begin a try of a class code. Raises TooMany when the address has to wait."""
        now_s = time.monotonic()
        _refuse_early(self._codes.wait_s(address, now_s))
        self._codes.failed(address, now_s)

    def code_was_right(self, address: str) -> None:
        """Take the try back."""
        self._codes.take_back(address)


def _refuse_early(wait_s: float) -> None:
    if wait_s > 0:
        seconds = math.ceil(wait_s)
        unit = "second" if seconds == 1 else "seconds"
        raise TooMany(f"Too many tries. Please wait {seconds} {unit} and try again.", seconds)
