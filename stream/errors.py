"""What can go wrong in the server, as facts and one sentence a person understands.

FlipcastError
├── BadRequest        the request itself is wrong                       400
├── NotSignedIn       nobody is signed in, or the token is unknown      401
├── Forbidden         known to exist, not allowed                       403
├── NotFound          unknown, or not to be known to exist              404
├── Conflict          it does not fit the present state                 409
├── TooSlow           its bytes came too slowly, or stopped             408
├── Gone              it was here and has ended                         410
├── WrongVersion      a protocol version that is not spoken here        412
├── TooLarge          more bytes than allowed                           413
├── WrongContentType  a body of a kind that is not read here            415
├── Locked            somebody else is writing to it now                423
├── TooMany           too often, or too many at once                    429
├── BadChecksum       bytes were damaged on the way                     460
├── NoSpace           the server's disk is full                         507
└── Busy              try again soon                                    503

`middleware.py` maps these to HTTP, in one place. Ordinary outcomes are values, not errors.
"""


class FlipcastError(Exception):
    """Base of all errors the server tells people about; `str(error)` is the sentence they read."""


class BadRequest(FlipcastError):
    """The request itself is wrong; sending it again unchanged cannot help."""


class NotSignedIn(FlipcastError):
    """Nobody is signed in, or the token is not known (any more)."""

    def __init__(self, message: str = "Please sign in first.") -> None:
        super().__init__(message)


class Forbidden(FlipcastError):
    """The caller knows that it exists, and may not do this."""


class NotFound(FlipcastError):
    """Unknown, or not to be known to this caller."""

    def __init__(self, message: str = "There is nothing here for you.") -> None:
        super().__init__(message)


class Conflict(FlipcastError):
    """The request does not fit the present state."""


class TooSlow(FlipcastError):
    """The bytes came too slowly, or stopped coming."""


class Gone(FlipcastError):
    """It was here and has ended."""


class WrongVersion(FlipcastError):
    """The caller speaks a version of the protocol that this server does not."""


class TooLarge(FlipcastError):
    """More bytes than are allowed."""


class WrongContentType(FlipcastError):
    """The body is of a kind that is not read here."""


class Locked(FlipcastError):
    """Somebody else is writing to it at this moment."""

    def __init__(self, message: str, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class BadChecksum(FlipcastError):
    """The bytes are not those that were sent."""


class TooMany(FlipcastError):
    """Too often, or too many at once."""

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NoSpace(FlipcastError):
    """The server's disk has no room for it."""


class Busy(FlipcastError):
    """The server cannot answer right now."""

    def __init__(self, message: str, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
