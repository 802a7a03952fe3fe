"""Name a second set of rungs in a multivariant playlist. Pure: text in, text out.

The rungs of another codec come after those that are there: a player that knows no AV1 leaves them
out, and one that begins with the first variant begins with what every browser decodes. Each shares
the sounds that the playlist has (RFC 8216, 4.3.4.2: one variant for each group).
"""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import m3u8

from transcode.hls.playlists import (
    IFrameVariant,
    MediaTrack,
    Variant,
    iframe_entry,
    picture_entry,
)


def sound_folders(index: str) -> list[str]:
    """The folders of the sounds that a multivariant playlist names, in its order."""
    return [_folder(media.uri) for media in m3u8.loads(index).media if media.uri]


def with_set(
    index: str,
    variants: Sequence[Variant],
    iframes: Sequence[IFrameVariant],
    sounds: Mapping[str, MediaTrack],
) -> str:
    """`index` with the rungs of another set behind its own.

    `sounds`: by their folders, see `sound_folders`. Rungs that it names already are named once.
    """
    playlist = m3u8.loads(index)
    new = {variant.track.name for variant in variants}
    playlist.playlists[:] = [one for one in playlist.playlists if _folder(one.uri) not in new]
    playlist.iframe_playlists[:] = [
        one for one in playlist.iframe_playlists if _folder(one.uri) not in new
    ]
    groups = [media for media in playlist.media if media.uri]
    for group in groups or [None]:
        sound = sounds[_folder(group.uri)] if group else None
        for variant in variants:
            playlist.add_playlist(picture_entry(variant, sound, group))
    for item in iframes:
        playlist.add_iframe_playlist(iframe_entry(item))
    return str(playlist.dumps())


def _folder(uri: str) -> str:
    return str(PurePosixPath(uri).parent)
