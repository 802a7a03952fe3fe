/** The curve: what was played, what was played again, where people jumped back to and paused. */

import { inColumns, type Column } from "./columns";
import type { Curves, Insight } from "./data";
import { html, svg } from "./dom";
import type { Film } from "./film";
import { areaPath, linePath, placeY, secondAt, secondForKey, timeTicks, type Scale } from "./plot";
import { clock, counted, secondWords } from "./words";

const TOP_PX = 20;
const CURVE_PX = 150;
const LANE_PX = 14; // one for jumps, one for pauses
const LANE_GAP_PX = 5;
const AXIS_PX = 24;
const BASELINE_PX = TOP_PX + CURVE_PX;
const HEIGHT_PX = BASELINE_PX + 2 * (LANE_PX + LANE_GAP_PX) + AXIS_PX;
const COLUMN_PX = 2; // narrower ones cannot be told apart
const TICK_ROOM_PX = 72;

/** Draws itself into `element`; the reader moves along it by pointer, finger or keys. */
export class Chart {
  readonly element: HTMLElement;
  private readonly box: HTMLElement;
  private readonly readout: HTMLElement;
  private insight: Insight | null = null;
  private film: Film | null = null;
  private second: number | null = null;

  constructor(private readonly lectureUrl: string) {
    this.box = html("div", {
      class: "chart",
      role: "slider",
      tabindex: 0,
      "aria-label": "Moment of the lecture",
      "aria-valuemin": 0,
    });
    this.readout = html("div", { class: "readout" });
    this.element = html("div", {}, this.box, this.readout, legend());
    new ResizeObserver(() => this.draw()).observe(this.box);
    this.listen();
  }

  show(insight: Insight): void {
    this.insight = insight;
    this.second ??= insight.moments[0]?.start_s ?? 0;
    this.draw();
    this.select(this.second);
  }

  showFilm(film: Film): void {
    this.film = film;
    this.draw();
    this.select(this.second ?? 0);
  }

  private listen(): void {
    const point = (event: PointerEvent): void => {
      const { left, width } = this.box.getBoundingClientRect();
      this.select(secondAt(event.clientX - left, width, this.count()));
    };
    this.box.addEventListener("pointerdown", point);
    this.box.addEventListener("pointermove", point);
    this.box.addEventListener("keydown", (event) => {
      const second = secondForKey(event.key, this.second ?? 0, this.count());
      if (second === null || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.select(second);
    });
  }

  private count(): number {
    return this.insight?.seconds?.plays.length ?? 1;
  }

  private select(second: number): void {
    const curves = this.insight?.seconds;
    if (!curves) return;
    this.second = Math.min(second, this.count() - 1);
    const words = secondWords(curves, this.second);
    this.box.setAttribute("aria-valuemax", String(this.count() - 1));
    this.box.setAttribute("aria-valuenow", String(this.second));
    this.box.setAttribute("aria-valuetext", `${clock(this.second)}: ${words}`);
    this.readout.replaceChildren(...this.readoutParts(this.second, words));
    this.placeCursor();
  }

  private readoutParts(second: number, words: string): Node[] {
    const link = html(
      "a",
      { href: `${this.lectureUrl}?t=${second}`, class: "readout-link" },
      `Watch from ${clock(second)}`,
    );
    const text = html("p", { class: "num" }, html("strong", {}, clock(second)), ` ${words}.`);
    const parts = html("div", { class: "readout-text" }, text, link);
    return this.film ? [this.film.picture(second + 0.5), parts] : [parts];
  }

  private placeCursor(): void {
    const cursor = this.box.querySelector<SVGGElement>(".cursor");
    const curves = this.insight?.seconds;
    if (!cursor || !curves || this.second === null) return;
    const x = ((this.second + 0.5) / this.count()) * this.box.clientWidth;
    cursor.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
    const y = placeY(scaleOf(this.insight, this.box.clientWidth), curves.replays[this.second] ?? 0);
    cursor.querySelector("circle")?.setAttribute("cy", y.toFixed(1));
  }

  private draw(): void {
    const widthPx = this.box.clientWidth;
    const { insight, film } = this;
    if (!insight?.seconds || widthPx === 0) return;
    const durationS = this.count();
    this.box.replaceChildren(
      ...(film ? [film.strip(durationS, widthPx)] : []),
      drawing(insight, insight.seconds, widthPx),
    );
    this.placeCursor();
  }
}

function scaleOf(insight: Insight | null, widthPx: number): Scale {
  const most = Math.max(insight?.watchers ?? 1, ...(insight?.seconds?.replays ?? []));
  return { widthPx, baselinePx: BASELINE_PX, topPx: TOP_PX, most };
}

function drawing(insight: Insight, curves: Curves, widthPx: number): SVGSVGElement {
  const scale = scaleOf(insight, widthPx);
  const columns = inColumns(curves, widthPx / COLUMN_PX);
  const plays = columns.map((column) => column.plays);
  const replays = columns.map((column) => column.replays);
  const everybodyPx = placeY(scale, insight.watchers);
  const jumpsPx = BASELINE_PX + LANE_GAP_PX;
  return svg(
    "svg",
    { width: widthPx, height: HEIGHT_PX, viewBox: `0 0 ${widthPx} ${HEIGHT_PX}`, "aria-hidden": "true" },
    svg("path", { class: "plays", d: areaPath(plays, scale) }),
    svg("path", { class: "plays-line", d: linePath(plays, scale) }),
    svg("path", { class: "replays", d: areaPath(replays, scale) }),
    svg("path", { class: "replays-line", d: linePath(replays, scale) }),
    svg("text", { class: "label", x: 0, y: everybodyPx - 6 }, `${counted(insight.watchers, "student")} watched`),
    svg("line", { class: "everybody", x1: 0, x2: widthPx, y1: everybodyPx, y2: everybodyPx }),
    svg("line", { class: "baseline", x1: 0, x2: widthPx, y1: BASELINE_PX, y2: BASELINE_PX }),
    lane(columns, (column) => column.rewinds, { className: "jumps", yPx: jumpsPx, widthPx }),
    lane(columns, (column) => column.pauses, {
      className: "pauses",
      yPx: jumpsPx + LANE_PX + LANE_GAP_PX,
      widthPx,
    }),
    ...timeAxis(curves.plays.length, widthPx),
    svg(
      "g",
      { class: "cursor" },
      svg("line", { y1: TOP_PX - 4, y2: HEIGHT_PX - AXIS_PX }),
      svg("circle", { r: 4.5, cy: BASELINE_PX }),
    ),
  );
}

/** Return ticks that hang from a line, longer for more. */
function lane(
  columns: readonly Column[],
  countOf: (column: Column) => number,
  { className, yPx, widthPx }: { className: string; yPx: number; widthPx: number },
): SVGGElement {
  const most = Math.max(1, ...columns.map(countOf));
  const stepPx = widthPx / columns.length;
  const tickPx = Math.max(2, Math.min(5, stepPx - 1));
  const ticks = columns.flatMap((column, index) => {
    const count = countOf(column);
    if (count === 0) return [];
    const x = ((index + 0.5) * stepPx - tickPx / 2).toFixed(1);
    const height = (4 + (LANE_PX - 4) * (count / most)).toFixed(1);
    return [svg("rect", { x, y: yPx, width: tickPx, height, rx: 1 })];
  });
  return svg("g", { class: className }, ...ticks);
}

function timeAxis(durationS: number, widthPx: number): SVGElement[] {
  return timeTicks(durationS, widthPx, TICK_ROOM_PX).map((tick) => {
    const x = (tick / durationS) * widthPx;
    return svg(
      "text",
      { class: "label", x, y: HEIGHT_PX - 6, "text-anchor": tick === 0 ? "start" : "middle" },
      clock(tick),
    );
  });
}

function legend(): HTMLElement {
  const item = (className: string, words: string): HTMLElement =>
    html("li", {}, html("i", { class: `key ${className}`, "aria-hidden": "true" }), words);
  return html(
    "ul",
    { class: "legend small soft" },
    item("key-replays", "times it was played again"),
    item("key-plays", "students who played it"),
    item("key-jumps", "jumped back to here"),
    item("key-pauses", "paused here"),
  );
}
