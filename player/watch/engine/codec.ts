/**
 * Which codecs are played of those a lecture has: AV1, half the bytes, or H.264, which every browser
 * decodes; Opus, two thirds of the bytes, or AAC. One pair for good: hls.js changes rungs within a
 * codec only, and would offer each rung once for every pair.
 */

interface LevelCodec {
  videoCodec?: string | undefined;
  audioCodec?: string | undefined;
}

/** The most that a lecture's AV1 asks of a decoder (`av1_ladder.py`). */
const MOST: MediaDecodingConfiguration = {
  type: "media-source",
  video: { contentType: 'video/mp4; codecs="av01.0.08M.08"', width: 1920, height: 1080, bitrate: 700_000, framerate: 30 },
};

/** Tell whether the browser decodes AV1 without dropping frames; false where nobody can say. */
export async function decodesAv1(capabilities: MediaCapabilities | undefined): Promise<boolean> {
  try {
    const answer = await capabilities?.decodingInfo(MOST);
    return answer !== undefined && answer.supported && answer.smooth;
  } catch {
    return false; // a browser that does not know the question
  }
}

/** Return where a lecture's rungs in all codecs are listed; its own list has one codec of each kind. */
export function allCodecsUrl(playlistUrl: string): string {
  return playlistUrl.replace(/[^/]+$/u, "all-codecs.m3u8");
}

export function isAv1({ videoCodec }: LevelCodec): boolean {
  return videoCodec?.startsWith("av01") ?? false;
}

/**
 * Return the places of the levels that are not played. hls.js has left out what the browser says it
 * cannot decode; so of the sounds that it named, Opus is taken.
 */
export function unplayed(levels: readonly LevelCodec[], takesAv1: boolean): number[] {
  const ofSet = preferred(levels, (level) => isAv1(level) === takesAv1);
  const played = preferred(ofSet, ({ audioCodec }) => audioCodec?.toLowerCase() === "opus");
  return levels.flatMap((level, place) => (played.includes(level) ? [] : [place]));
}

/** Return those that are wanted; all, where none is. */
function preferred(levels: readonly LevelCodec[], isWanted: (level: LevelCodec) => boolean): readonly LevelCodec[] {
  const wanted = levels.filter(isWanted);
  return wanted.length > 0 ? wanted : levels;
}
