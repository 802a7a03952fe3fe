/** Numbers to places on the drawing. Pure. */

export interface Scale {
  widthPx: number;
  /** Where zero lies. */
  baselinePx: number;
  /** Where `most` lies; above the baseline, so smaller. */
  topPx: number;
  most: number;
}

const TICK_STEPS_S = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200];

/** Return the height of a value. */
export function placeY(scale: Scale, value: number): number {
  return scale.baselinePx - (value / Math.max(1, scale.most)) * (scale.baselinePx - scale.topPx);
}

/** Return the SVG path of a line through the middle of each column, from edge to edge. */
export function linePath(values: readonly number[], scale: Scale): string {
  const stepPx = scale.widthPx / Math.max(1, values.length);
  const points = values.map((value, index) => point((index + 0.5) * stepPx, placeY(scale, value)));
  const first = point(0, placeY(scale, values[0] ?? 0));
  const last = point(scale.widthPx, placeY(scale, values.at(-1) ?? 0));
  return `M${[first, ...points, last].join("L")}`;
}

/** Return the SVG path of what lies under that line. */
export function areaPath(values: readonly number[], scale: Scale): string {
  const base = scale.baselinePx;
  return `${linePath(values, scale)}L${point(scale.widthPx, base)}L${point(0, base)}Z`;
}

/** Return the times to write under the drawing: round ones, `roomPx` apart at least. */
export function timeTicks(durationS: number, widthPx: number, roomPx: number): number[] {
  const most = Math.max(1, Math.floor(widthPx / roomPx));
  const step = TICK_STEPS_S.find((length) => durationS / length <= most) ?? durationS;
  const ticks = Array.from({ length: Math.floor(durationS / step) + 1 }, (_, index) => index * step);
  return ticks.filter((tick) => tick === 0 || ((durationS - tick) / durationS) * widthPx > roomPx / 3);
}

/** Return the second at a place on the drawing. */
export function secondAt(xPx: number, widthPx: number, seconds: number): number {
  const second = Math.floor((xPx / Math.max(1, widthPx)) * seconds);
  return Math.max(0, Math.min(seconds - 1, second));
}

/** Return the second that a key leads to from `second`; null when the key means nothing here. */
export function secondForKey(key: string, second: number, seconds: number): number | null {
  const moves: Record<string, number> = {
    ArrowRight: second + 1,
    ArrowUp: second + 1,
    ArrowLeft: second - 1,
    ArrowDown: second - 1,
    PageUp: second + 10,
    PageDown: second - 10,
    Home: 0,
    End: seconds - 1,
  };
  const target = moves[key];
  return target === undefined ? null : Math.max(0, Math.min(seconds - 1, target));
}

function point(x: number, y: number): string {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}
