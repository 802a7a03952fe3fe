/** The parts of the page beside the curve: who watched, the moments, the table, empty states. */

import { inRows } from "./columns";
import type { Curves, Insight } from "./data";
import { html, svg } from "./dom";
import type { Film } from "./film";
import { averageWords, clock, momentWords, passage } from "./words";

const MOST_DOTS = 120; // more students are told in words alone

/** One dot a student: full, half, empty; no order, so nobody can be found among them. */
export function whoWatched(insight: Insight): HTMLElement {
  const groups: [string, number, string][] = [
    ["all", insight.finished, "watched it all"],
    ["part", insight.part, "watched part of it"],
    ["none", insight.not_yet, "not yet"],
  ];
  const lines = groups.map(([kind, count, words]) => {
    const shown = insight.members <= MOST_DOTS ? count : 0;
    const dots = Array.from({ length: shown }, () => dot(kind));
    const label = html("span", { class: "num" }, html("strong", {}, String(count)), ` ${words}`);
    return html("li", {}, label, html("span", { class: "dots", "aria-hidden": "true" }, ...dots));
  });
  const average = averageWords(insight);
  return html(
    "section",
    { class: "card who" },
    html("h2", {}, "Who has watched"),
    html("ul", {}, ...lines),
    ...(average ? [html("p", { class: "soft small num" }, average)] : []),
  );
}

function dot(kind: string): SVGSVGElement {
  return svg(
    "svg",
    { class: `dot dot-${kind}`, viewBox: "0 0 16 16" },
    svg("circle", { cx: 8, cy: 8, r: 6 }),
    ...(kind === "part" ? [svg("path", { d: "M8 2a6 6 0 0 1 0 12z" })] : []),
  );
}

/** The passages that were gone back to most, as pictures that lead there. */
export function momentCards(insight: Insight, lectureUrl: string, film: Film | null): HTMLElement | null {
  if (insight.moments.length === 0) return null;
  const cards = insight.moments.map((moment) =>
    html(
      "a",
      { class: "card moment", href: `${lectureUrl}?t=${moment.start_s}` },
      ...(film ? [film.picture((moment.start_s + moment.end_s) / 2)] : []),
      html("h3", { class: "num" }, passage(moment)),
      html("span", { class: "soft small num" }, momentWords(moment, insight.watchers)),
    ),
  );
  return html(
    "section",
    { class: "moments" },
    html("h2", {}, "Where to begin"),
    html("div", { class: "three" }, ...cards),
  );
}

/** The curve in numbers, for readers of screens and for everybody. */
export function numbersTable(curves: Curves): HTMLTableElement {
  const head = ["Time", "Students who played it", "Played again, at most", "Jumps back to it", "Pauses"];
  const rows = inRows(curves).map((row) =>
    html(
      "tr",
      {},
      html("th", { scope: "row" }, `${clock(row.startS)}–${clock(row.endS)}`),
      ...[Math.round(row.plays), row.replays, row.rewinds, row.pauses].map((value) =>
        html("td", {}, String(value)),
      ),
    ),
  );
  return html(
    "table",
    { class: "num" },
    html("caption", { class: "soft small" }, "Of each span: students on average, replays of its busiest second, sums of the rest."),
    html("thead", {}, html("tr", {}, ...head.map((title) => html("th", { scope: "col" }, title)))),
    html("tbody", {}, ...rows),
  );
}

/** What stands in place of the curve. */
export function emptyCard(words: { heading: string; detail: string }, lectureUrl: string): HTMLElement {
  return html(
    "section",
    { class: "card empty" },
    html("h2", {}, words.heading),
    html("p", { class: "soft" }, words.detail),
    html("p", {}, html("a", { href: lectureUrl }, "Open the lecture")),
  );
}

/** The notice that these are not real students. */
export function simulatedNotice(words: string): HTMLElement {
  return html("p", { class: "notice small", role: "note" }, words);
}

