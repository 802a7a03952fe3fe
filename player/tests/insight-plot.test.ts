import { describe, expect, test } from "vitest";

import { inColumns, inRows } from "../insight/columns";
import type { Curves } from "../insight/data";
import { areaPath, linePath, placeY, secondAt, secondForKey, timeTicks } from "../insight/plot";

const scale = { widthPx: 100, baselinePx: 170, topPx: 20, most: 10 };

/** Curves of `seconds` seconds in which only what is given happens. */
function curves(seconds: number, given: Partial<Record<keyof Curves, Record<number, number>>> = {}): Curves {
  const line = (name: keyof Curves): number[] =>
    Array.from({ length: seconds }, (_, second) => given[name]?.[second] ?? 0);
  return { plays: line("plays"), replays: line("replays"), pauses: line("pauses"), rewinds: line("rewinds") };
}

describe("places on the drawing", () => {
  test.each([
    { name: "nothing lies on the baseline", value: 0, most: 10, y: 170 },
    { name: "the most lies at the top", value: 10, most: 10, y: 20 },
    { name: "half of it half way", value: 5, most: 10, y: 95 },
    { name: "an empty curve stays on the baseline", value: 0, most: 0, y: 170 },
  ])("$name", ({ value, most, y }) => expect(placeY({ ...scale, most }, value)).toBe(y));

  test("a line goes through the middle of its columns, from edge to edge", () => {
    expect(linePath([0, 10], scale)).toBe("M0.0 170.0L25.0 170.0L75.0 20.0L100.0 20.0");
  });

  test("an area is closed along the baseline", () => {
    expect(areaPath([10], scale)).toBe("M0.0 20.0L50.0 20.0L100.0 20.0L100.0 170.0L0.0 170.0Z");
  });

  test("no values are a flat line, not a broken drawing", () => {
    expect(linePath([], scale)).toBe("M0.0 170.0L100.0 170.0");
  });

  test.each([
    { name: "left of it", xPx: -5, second: 0 },
    { name: "the left edge", xPx: 0, second: 0 },
    { name: "the middle", xPx: 50, second: 45 },
    { name: "the right edge", xPx: 100, second: 89 },
    { name: "right of it", xPx: 400, second: 89 },
  ])("$name is a second of the lecture", ({ xPx, second }) => expect(secondAt(xPx, 100, 90)).toBe(second));
});

describe("keys along the curve", () => {
  test.each([
    { key: "ArrowRight", from: 10, to: 11 },
    { key: "ArrowUp", from: 10, to: 11 },
    { key: "ArrowLeft", from: 10, to: 9 },
    { key: "ArrowDown", from: 10, to: 9 },
    { key: "PageUp", from: 10, to: 20 },
    { key: "PageDown", from: 15, to: 5 },
    { key: "Home", from: 10, to: 0 },
    { key: "End", from: 10, to: 89 },
    { key: "ArrowLeft", from: 0, to: 0 },
    { key: "PageUp", from: 85, to: 89 },
    { key: "Tab", from: 10, to: null },
    { key: "a", from: 10, to: null },
  ])("$key at second $from leads to $to", ({ key, from, to }) => expect(secondForKey(key, from, 90)).toBe(to));
});

describe("times under the drawing", () => {
  test.each([
    { name: "a demo on a computer", durationS: 90, widthPx: 900, ticks: [0, 10, 20, 30, 40, 50, 60, 70, 80] },
    { name: "a demo on a phone", durationS: 90, widthPx: 300, ticks: [0, 30, 60] },
    { name: "a lesson on a phone", durationS: 2700, widthPx: 300, ticks: [0, 900, 1800] },
    { name: "half a day", durationS: 14_400, widthPx: 300, ticks: [0, 3600, 7200, 10_800] },
    { name: "so much that no second time fits", durationS: 172_800, widthPx: 72, ticks: [0] },
    { name: "a second", durationS: 1, widthPx: 300, ticks: [0] },
  ])("$name", ({ durationS, widthPx, ticks }) => expect(timeTicks(durationS, widthPx, 72)).toEqual(ticks));
});

describe("seconds in columns", () => {
  test("columns cover every second once, as equally as whole seconds allow", () => {
    const columns = inColumns(curves(10), 4);
    expect(columns.map(({ startS, endS }) => [startS, endS])).toEqual([[0, 2], [2, 5], [5, 7], [7, 10]]);
  });

  test.each([
    { name: "no more columns than seconds", seconds: 3, count: 50, columns: 3 },
    { name: "at least one", seconds: 3, count: 0.4, columns: 1 },
    { name: "whole ones", seconds: 90, count: 7.9, columns: 7 },
  ])("$name", ({ seconds, count, columns }) => expect(inColumns(curves(seconds), count)).toHaveLength(columns));

  test("a column has the mean of plays, the peak of replays, the sums of the rest", () => {
    const given = curves(4, {
      plays: { 0: 4, 1: 4, 2: 2, 3: 2 },
      replays: { 2: 7 },
      pauses: { 0: 1, 3: 2 },
      rewinds: { 1: 1, 2: 1 },
    });
    expect(inColumns(given, 1)).toEqual([{ startS: 0, endS: 4, plays: 3, replays: 7, pauses: 3, rewinds: 2 }]);
  });

  test.each([
    { name: "90 s", seconds: 90, stepS: 5, rows: 18 },
    { name: "5 minutes", seconds: 300, stepS: 10, rows: 30 },
    { name: "45 minutes", seconds: 2700, stepS: 120, rows: 23 },
    { name: "a whole day", seconds: 86_400, stepS: 3600, rows: 24 },
  ])("the table of $name has rows of $stepS s", ({ seconds, stepS, rows }) => {
    const found = inRows(curves(seconds));
    expect(found).toHaveLength(rows);
    expect(found[0]?.endS).toBe(stepS);
  });

  test("the last row of the table ends with the lecture", () => {
    expect(inRows(curves(92)).at(-1)).toMatchObject({ startS: 90, endS: 92 });
  });
});
