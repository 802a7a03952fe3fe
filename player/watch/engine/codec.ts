/**
 * Which of a lecture's two sets is played: AV1, half the bytes, or H.264, which every browser
 * decodes. One of them for good: hls.js changes rungs within a codec only, and would offer both.
 */

interface LevelCodec {
  videoCodec?: string | undefined;
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

export function isAv1({ videoCodec }: LevelCodec): boolean {
  return videoCodec?.startsWith("av01") ?? false;
}

/** Return the places of the levels that belong to the other set; none where there is one set. */
export function unplayed(levels: readonly LevelCodec[], takesAv1: boolean): number[] {
  const ofSet = levels.map((level) => isAv1(level) === takesAv1);
  return ofSet.includes(true) ? ofSet.flatMap((isPlayed, place) => (isPlayed ? [] : [place])) : [];
}
