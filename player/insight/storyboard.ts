/**
 * Small pictures of the lecture by time, from a WebVTT whose cues are image addresses. Pure.
 *
 * Not shared with `watch/`: a module in two islands becomes a file of its own, and the watch page
 * would wait another round trip for it.
 */

export interface Tile {
  startS: number;
  url: string;
  /** The part of the image; null: all of it. */
  part: { x: number; y: number; width: number; height: number } | null;
}

const CUE = /^((?:\d+:)?\d{1,2}:\d{2}\.\d{3})\s+-->/;
const PART = /#xywh=(?:pixel:)?(\d+),(\d+),(\d+),(\d+)$/;

/** Return the tiles in the file's order; what is not a cue with an image of this site is left out. */
export function parseTiles(text: string, baseUrl: string): Tile[] {
  const lines = text.split(/\r\n|\r|\n/);
  return lines.flatMap((line, index) => {
    const start = CUE.exec(line)?.[1];
    const address = lines[index + 1]?.trim();
    const url = address ? ownUrl(address, baseUrl) : null;
    if (start === undefined || url === null) return [];
    return [{ startS: secondsOf(start), url: url.href.replace(/#.*$/, ""), part: partOf(url.hash) }];
  });
}

/** Return the tile that shows this moment. */
export function tileAt(tiles: readonly Tile[], positionS: number): Tile | null {
  return tiles.findLast((tile) => tile.startS <= positionS) ?? tiles[0] ?? null;
}

function ownUrl(address: string, baseUrl: string): URL | null {
  try {
    const url = new URL(address, baseUrl);
    return url.origin === new URL(baseUrl).origin ? url : null;
  } catch (error) {
    if (error instanceof TypeError) return null; // no address at all; URL.canParse is too new
    throw error;
  }
}

function secondsOf(timestamp: string): number {
  return timestamp.split(":").reduce((total, part) => total * 60 + Number(part), 0);
}

function partOf(hash: string): Tile["part"] {
  const [x, y, width, height] = PART.exec(hash)?.slice(1).map(Number) ?? [];
  if (x === undefined || y === undefined || !width || !height) return null;
  return { x, y, width, height };
}
