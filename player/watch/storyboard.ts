/** Small pictures of the lecture by time, from a WebVTT whose cues are image addresses. Pure. */

export interface Picture {
  startS: number;
  endS: number;
  url: string;
  /** The part of the image, when one image holds many pictures. */
  part: { x: number; y: number; width: number; height: number } | null;
}

const CUE = /^((?:\d+:)?\d{1,2}:\d{2}\.\d{3})\s+-->\s+((?:\d+:)?\d{1,2}:\d{2}\.\d{3})/;

/** Return the pictures in order; what is not a cue with an image of this site is left out. */
export function parseStoryboard(text: string, baseUrl: string): Picture[] {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.flatMap((line, index) => {
    const [, start, end] = CUE.exec(line) ?? [];
    const address = lines[index + 1]?.trim();
    const url = address ? ownUrl(address, baseUrl) : null;
    if (start === undefined || end === undefined || url === null) return [];
    const part = partOf(url.hash);
    url.hash = "";
    return [{ startS: secondsOf(start), endS: secondsOf(end), url: url.href, part }];
  });
}

/** Return the picture that shows this moment. */
export function pictureAt(pictures: readonly Picture[], positionS: number): Picture | null {
  return pictures.findLast((picture) => picture.startS <= positionS) ?? pictures[0] ?? null;
}

/** Return at most `count` pictures, evenly spread. */
export function spread(pictures: readonly Picture[], count: number): Picture[] {
  if (pictures.length <= count) return [...pictures];
  return Array.from({ length: count }, (_, index) => {
    return pictures[Math.floor((index * pictures.length) / count)];
  }).filter((picture) => picture !== undefined);
}

function ownUrl(address: string, baseUrl: string): URL | null {
  try {
    const url = new URL(address, baseUrl);
    return url.origin === new URL(baseUrl).origin ? url : null;
  } catch (error) {
    if (error instanceof TypeError) return null; // no address at all
    throw error;
  }
}

function secondsOf(timestamp: string): number {
  return timestamp.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

function partOf(hash: string): Picture["part"] {
  const numbers = /^#xywh=(\d+),(\d+),(\d+),(\d+)$/.exec(hash)?.slice(1).map(Number);
  const [x, y, width, height] = numbers ?? [];
  if (x === undefined || y === undefined || !width || !height) return null;
  return { x, y, width, height };
}
