"""What is encoded of probed tracks: which picture, which sound, which rungs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from transcode.errors import UnreadableMedia
from transcode.ladder import Ladder, full_rate, plan_ladder
from transcode.media import MediaInfo, TrackRole
from transcode.picture_content import PictureContent, PictureKind
from transcode.sound.downmix import Downmix
from transcode.sound.loudness import Loudness


@dataclass(frozen=True, slots=True)
class Track:
    """A probed source and where it begins on the lecture's clock."""

    info: MediaInfo
    role: TrackRole
    start_s: float


@dataclass(frozen=True, slots=True)
class EncodePlan:
    """Everything about the encode but where it begins and ends (see `stretch.py`)."""

    presentation: Track | None  # the tracks whose pictures are shown
    presenter: Track | None
    sound: Track | None  # the track whose sound is heard
    ladder: Ladder
    loudness: Loudness | None = None  # of the sound; None: it was not measured, or still arrives
    downmix: Downmix = Downmix.MEAN  # of a sound that was not measured
    has_taps: bool = True  # small pictures and frames to look for slides in are made beside it

    @property
    def main(self) -> Track | None:
        """The track whose picture fills the frame."""
        return self.presentation or self.presenter

    @property
    def expected_kind(self) -> PictureKind:
        """What the main picture shows by the name of its track; its look may tell otherwise."""
        return PictureKind.SCREEN if self.presentation else PictureKind.CAMERA

    @property
    def frame_rate(self) -> Fraction:
        """At which pictures are composed; rungs take theirs from these, whichever are made."""
        shown = (self.presentation, self.presenter)
        streams = [track.info.video for track in shown if track is not None]
        return full_rate([stream for stream in streams if stream is not None])

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Those that are shown or heard, each once."""
        used = (self.presentation, self.presenter, self.sound)
        return tuple(dict.fromkeys(track for track in used if track is not None))

    @property
    def end_s(self) -> float:
        """Where the longest track ends, as far as it was seen."""
        return max(track.start_s + track.info.duration_s for track in self.tracks)


def plan_encode(tracks: Sequence[Track], content: PictureContent | None = None) -> EncodePlan:
    """What to encode of probed tracks, the earliest beginning at 0. Raises UnreadableMedia.

    `content` is what the main picture shows, if somebody has looked.

    The presenter's sound is preferred: a microphone beside the camera carries the voice, where a
    screen's own sound may be silence.
    """
    earliest_s = min(track.start_s for track in tracks)
    tracks = [replace(track, start_s=track.start_s - earliest_s) for track in tracks]
    shown = {track.role: track for track in tracks if track.info.video is not None}
    heard = {track.role: track for track in tracks if track.info.audio is not None}
    sound = heard.get(TrackRole.PRESENTER) or heard.get(TrackRole.PRESENTATION)
    presentation = shown.get(TrackRole.PRESENTATION)
    presenter = shown.get(TrackRole.PRESENTER)
    ladder = plan_ladder(
        presentation.info.video if presentation else None,
        presenter.info.video if presenter else None,
        has_sound=sound is not None,
        content=content,
    )
    plan = EncodePlan(presentation, presenter, sound, ladder)
    if plan.end_s <= 0:
        raise UnreadableMedia("This recording has no length: nothing was recorded into it.")
    return plan


def replan(plan: EncodePlan, tracks: Sequence[Track]) -> EncodePlan:
    """The same plan, with what is known of its tracks now that all of them has arrived."""
    known = {track.role: track.info for track in tracks}

    def renewed(track: Track | None) -> Track | None:
        return track and replace(track, info=known[track.role])

    return replace(
        plan,
        presentation=renewed(plan.presentation),
        presenter=renewed(plan.presenter),
        sound=renewed(plan.sound),
    )
