/** The lecture's small pictures on the page: single ones, and a strip under the time axis. */

import { html, svg } from "./dom";
import { parseTiles, tileAt, type Tile } from "./storyboard";

const STRIP_HEIGHT_PX = 52;
const FEWEST_IN_STRIP = 3;

interface Size {
  width: number;
  height: number;
}

/** The pictures of one lecture. */
export class Film {
  private constructor(
    private readonly tiles: readonly Tile[],
    private readonly sheets: ReadonlyMap<string, Size>,
  ) {}

  /** Return the film; null when the lecture has no pictures or they cannot be had. */
  static async load(url: string): Promise<Film | null> {
    const response = await fetch(url).catch(() => null);
    if (!response?.ok) return null;
    const tiles = parseTiles(await response.text(), response.url);
    const urls = [...new Set(tiles.map((tile) => tile.url))];
    const sizes = await Promise.all(urls.map(sizeOf));
    const sheets = new Map<string, Size>();
    urls.forEach((sheet, index) => {
      const size = sizes[index];
      if (size) sheets.set(sheet, size);
    });
    const shown = tiles.filter((tile) => sheets.has(tile.url));
    return shown.length > 0 ? new Film(shown, sheets) : null;
  }

  /** Return the picture of a moment, cut to the size its box has by CSS. */
  picture(positionS: number): SVGSVGElement {
    const tile = tileAt(this.tiles, positionS);
    const sheet = (tile && this.sheets.get(tile.url)) ?? { width: 16, height: 9 };
    const part = tile?.part ?? { x: 0, y: 0, ...sheet };
    const image = svg("image", { href: tile?.url ?? "", width: sheet.width, height: sheet.height });
    return svg(
      "svg",
      {
        class: "picture",
        viewBox: `${part.x} ${part.y} ${part.width} ${part.height}`,
        preserveAspectRatio: "xMidYMid slice",
        "aria-hidden": "true",
      },
      image,
    );
  }

  /** Return a strip of pictures, each standing where its time is. */
  strip(durationS: number, widthPx: number): HTMLElement {
    const first = this.tiles[0];
    const size = first && (first.part ?? this.sheets.get(first.url));
    const aspect = size ? size.width / size.height : 16 / 9;
    const count = Math.max(FEWEST_IN_STRIP, Math.round(widthPx / (STRIP_HEIGHT_PX * aspect)));
    const pictures = Array.from({ length: count }, (_, index) =>
      this.picture(((index + 0.5) / count) * durationS),
    );
    return html("div", { class: "film" }, ...pictures);
  }
}

async function sizeOf(url: string): Promise<Size | null> {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch (error) {
    if (error instanceof DOMException) return null; // not there, or no picture
    throw error;
  }
  return { width: image.naturalWidth, height: image.naturalHeight };
}
