"""The package's folder while it grows: what is complete in it, and the playlists that say so.

A rung is named in the multivariant playlist once it has as many segments as the sound and all the
rungs that are being made with it; one that was put off until later (see `encoding.py`) joins when
it is complete. A player never finds a track that ends before the others.
"""

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from transcode.grid import segment_start_s, segment_starts_s
from transcode.growing_track import GrowingTrack
from transcode.hls.iframes import read_iframes, rungs_with_iframes
from transcode.hls.playlists import (
    GROWING_TARGET_S,
    IFrameVariant,
    MediaTrack,
    Variant,
    media_playlist,
    multivariant_playlist,
)
from transcode.ladder import HARDWARE
from transcode.plan import EncodePlan
from transcode.publish import write_text_file
from transcode.stretch import Stretch
from transcode.tree import (
    ALL_CODECS_NAME,
    FRAMES_FOLDER,
    INDEX_NAME,
    SCRATCH_FOLDER,
    THUMBNAILS_FOLDER,
    WORK_FOLDER,
)

UNKNOWN_LANGUAGE = "und"  # BCP 47: nobody has said which
SOUND_EXCESS = 1.25  # a segment of sound, fragments and all, beside what was asked of the encoder


@dataclass(frozen=True, slots=True)
class Growth:
    """What can be played of a package that still grows."""

    media_s: float  # from 0 to here
    rungs: tuple[str, ...]  # the cheapest first; none where there is only sound
    to_come: tuple[str, ...] = ()  # the others


class Packager:
    """Everything that is written into a package's folder but by ffmpeg."""

    def __init__(self, out: Path, plan: EncodePlan) -> None:
        """Take up what is complete in a folder that `work.begin` prepared. Raises OSError."""
        self.out = out
        self.work = out / WORK_FOLDER
        self._plan = plan
        self.rungs = {rung.name: GrowingTrack(out / rung.name) for rung in plan.ladder.renditions}
        self.sounds = {sound.name: GrowingTrack(out / sound.name) for sound in plan.ladder.sounds}

    @property
    def tracks(self) -> list[GrowingTrack]:
        """The rungs, the cheapest first, then the sounds."""
        return [*self.rungs.values(), *self.sounds.values()]

    def prepare(self, stretch: Stretch) -> None:
        """Empty the scratch folder and make what ffmpeg expects in the working folder."""
        shutil.rmtree(self.work / SCRATCH_FOLDER, ignore_errors=True)
        for name in (*stretch.rungs, *self.sounds):
            (self.work / SCRATCH_FOLDER / name).mkdir(parents=True)
        for name in (THUMBNAILS_FOLDER, FRAMES_FOLDER):
            (self.work / name).mkdir(exist_ok=True)

    def collect(self, stretch: Stretch, *, is_over: bool = False) -> bool:
        """Take in what the run of a stretch has completed; whether something was new.

        `is_over`: the run ended well, nothing more will come. Raises OSError.
        """
        scratch = self.work / SCRATCH_FOLDER
        news = [
            self.rungs[name].collect(scratch / name, stretch.pictures_from, stretch.end_s, is_over)
            for name in stretch.rungs
        ]
        if stretch.with_sound:
            news += [
                sound.collect(scratch / name, stretch.sound_from, stretch.end_s, is_over)
                for name, sound in self.sounds.items()
            ]
        return any(news)

    def write_playlists(
        self, together: Collection[str], end_s: float | None, *, is_over: bool
    ) -> Growth | None:
        """Bring the playlists up to date; what can be played now, None while nothing can.

        `together`: the rungs that are being made now. `is_over`: all is made. Raises OSError.
        """
        wanted = None if end_s is None else len(segment_starts_s(end_s))
        variants = self._shown(together, wanted)
        sounds = self._described_sounds(wanted)
        if any(self.rungs[name].count == 0 for name in together) or len(sounds) < len(self.sounds):
            return None
        tracks = [*(variant.track for variant in variants), *sounds]
        for track in tracks:
            text = media_playlist(track, is_complete=len(track.segments) == wanted)
            write_text_file(self.out / track.name / INDEX_NAME, text)
        iframes = self._write_iframes(variants) if is_over else []
        for name, heard in ((INDEX_NAME, sounds[:1]), (ALL_CODECS_NAME, sounds)):
            index = multivariant_playlist(
                variants, heard, iframes=iframes, language=UNKNOWN_LANGUAGE
            )
            write_text_file(self.out / name, index)
        least = min(len(track.segments) for track in tracks)
        media_s = end_s if end_s is not None and least == wanted else segment_start_s(least)
        shown = tuple(variant.track.name for variant in variants)
        return Growth(media_s, shown, tuple(name for name in self.rungs if name not in shown))

    def complete_variants(self, end_s: float) -> list[Variant]:
        """The rungs that have all their segments; the cheapest first."""
        return self._shown((), len(segment_starts_s(end_s)))

    def _shown(self, together: Collection[str], wanted: int | None) -> list[Variant]:
        """The rungs that are being made together; if there are none, those that are complete, which
        end later than the others. The cheapest first."""
        found = []
        for rung in self._plan.ladder.renditions:
            track = self._described(self.rungs[rung.name], wanted, rung.peak_bps)
            if track and (rung.name in together if together else len(track.segments) == wanted):
                found.append(Variant(track, rung.box.width_px, rung.box.height_px, rung.frame_rate))
        return found

    def _described_sounds(self, wanted: int | None) -> list[MediaTrack]:
        """Those that have begun, in the order of the plan."""
        found = [
            self._described(
                self.sounds[sound.name], wanted, round(SOUND_EXCESS * sound.bitrate_bps)
            )
            for sound in self._plan.ladder.sounds
        ]
        return [track for track in found if track is not None]

    def _described(
        self, growing: GrowingTrack, wanted: int | None, planned_peak_bps: int
    ) -> MediaTrack | None:
        track = growing.described()
        if track is None:
            return None
        joints = {number for rung in self.rungs.values() for number in rung.joints}
        segments = tuple(
            replace(segment, is_discontinuous=number in joints)
            for number, segment in enumerate(track.segments[: self._shown_segments()])
        )
        if not segments:
            return None
        track = replace(track, segments=segments)
        return replace(
            track,
            planned_peak_bps=0 if len(track.segments) == wanted else planned_peak_bps,
            least_target_s=GROWING_TARGET_S,
        )

    def _shown_segments(self) -> int | None:
        """How many segments of each track are named; None: all there are.

        Where hardware may fail, no track is ahead of another: from the segment on that x264 then
        makes, each says that something has changed (Apple's rule 8.13, and RFC 8216, 6.2.4).
        """
        if all(rung.encoder != HARDWARE for rung in self._plan.ladder.renditions):
            return None
        return min(track.count for track in self.tracks)

    def begin_again(self, names: Collection[str]) -> None:
        """Forget what is complete of rungs that nobody has been shown. Raises OSError."""
        for name in names:
            shutil.rmtree(self.out / name, ignore_errors=True)
            self.rungs[name] = GrowingTrack(self.out / name)

    def _write_iframes(self, variants: Sequence[Variant]) -> list[IFrameVariant]:
        found = [
            read_iframes(self.out / variant.track.name, variant)
            for variant in rungs_with_iframes(variants)
        ]
        for iframes in found:
            write_text_file(self.out / iframes.path, iframes.playlist())
        return [iframes.listed for iframes in found]

    def close(self) -> None:
        """Delete the working folder: nothing is missing any more."""
        shutil.rmtree(self.work)
