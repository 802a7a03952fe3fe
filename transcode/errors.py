"""What can go wrong while a recording becomes a package.

    TranscodeError
    ├── UnreadableMedia       nothing playable was found in the file
    ├── RefusedMedia          the file is understood, and beyond what we accept
    ├── FfmpegMissing         no ffmpeg was found on this machine
    └── ChildFailed           a program that we started ended with an error or by a signal
        ├── FfmpegFailed      ffmpeg did
        │   ├── FfmpegStalled     it ran without getting on, and was stopped
        │   └── FfmpegOverran     it took longer than it was given, and was stopped
        └── AnalysisFailed    the search for slides did, twice

The message of the first two is one sentence (or two) that a teacher understands and can act on;
it is shown as it is. The messages of the others are for the person who runs the server.
"""


class TranscodeError(Exception):
    """Base of every error that this package raises on purpose."""


class UnreadableMedia(TranscodeError):
    """Nothing playable was found in the file. The message is for the teacher."""


class RefusedMedia(TranscodeError):
    """The file is understood, and beyond what we accept. The message is for the teacher."""


class FfmpegMissing(TranscodeError):
    """No ffmpeg was found on this machine."""

    def __init__(self, tried: tuple[str, ...]) -> None:
        super().__init__(f"no ffmpeg was found; tried {', '.join(tried)}")
        self.tried = tried


class EncoderMissing(TranscodeError):
    """ffmpeg lacks an encoder, or its encoder does not do what is needed of it."""


class ChildFailed(TranscodeError):
    """A program ended with an error (`status` > 0) or by a signal (`status` < 0).

    `log_tail` is the end of what it wrote to stderr.
    """

    program = "a program"

    def __init__(self, status: int, log_tail: str) -> None:
        last_line = log_tail.strip().rsplit("\n", 1)[-1]
        super().__init__(f"{self.program} ended with status {status}: {last_line}")
        self.status = status
        self.log_tail = log_tail

    @property
    def was_killed(self) -> bool:
        """Whether a signal ended it: not the recording's fault, as far as anybody can tell."""
        return self.status < 0


class FfmpegFailed(ChildFailed):
    """ffmpeg ended with an error or by a signal."""

    program = "ffmpeg"


class FfmpegStalled(FfmpegFailed):
    """ffmpeg ran on without getting on for `quiet_s` seconds, after `media_s` seconds of media."""

    def __init__(self, status: int, log_tail: str, quiet_s: float, media_s: float) -> None:
        super().__init__(status, log_tail)
        self.args = (f"ffmpeg was stopped: it did nothing for {quiet_s:.0f} s at {media_s:.1f} s",)
        self.quiet_s = quiet_s
        self.media_s = media_s


class FfmpegOverran(FfmpegFailed):
    """ffmpeg was not done after the `wall_cap_s` seconds it was given."""

    def __init__(self, status: int, log_tail: str, wall_cap_s: float) -> None:
        super().__init__(status, log_tail)
        self.args = (f"ffmpeg was stopped: it was not done after {wall_cap_s:.0f} s",)
        self.wall_cap_s = wall_cap_s


class AnalysisFailed(ChildFailed):
    """The search for slides ended with an error or by a signal, and once more when it went on."""

    program = "the analysis of the pictures"
