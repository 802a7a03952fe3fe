import { describe, expect, test } from "vitest";

import { advance, cut, noCoverage, rangesOf, take } from "../watch/log/coverage";
import type { Coverage } from "../watch/log/coverage";

/** Play from `fromS` to `toS` with four samples a second of wall time. */
function play(coverage: Coverage, fromS: number, toS: number, rate = 1, durationS = 90, startMs = 0): Coverage {
  let now = cut(coverage);
  const steps = Math.round(((toS - fromS) / rate) * 4);
  for (let step = 0; step <= steps; step += 1) {
    const positionS = Math.min(toS, fromS + (step * rate) / 4);
    now = advance(now, { positionS, atMs: startMs + step * 250, rate, isPlaying: true }, durationS);
  }
  return now;
}

const seconds = (coverage: Coverage): number[] => [...coverage.all].sort((a, b) => a - b);

describe("a second counts when at least half of it was played", () => {
  test.each([
    { name: "whole seconds", fromS: 0, toS: 3, counted: [0, 1, 2] },
    { name: "a half at either end counts", fromS: 0.5, toS: 2.5, counted: [0, 1, 2] },
    { name: "less than a half at either end does not", fromS: 0.75, toS: 2.25, counted: [1] },
    { name: "nothing played", fromS: 4, toS: 4, counted: [] },
  ])("$name", ({ fromS, toS, counted }) => {
    expect(seconds(play(noCoverage, fromS, toS))).toEqual(counted);
  });

  test.each([0.5, 1, 1.25, 2, 3])("at %s× the same seconds count", (rate) => {
    expect(seconds(play(noCoverage, 0, 6, rate))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("two different pieces of a second add up", () => {
    const first = play(noCoverage, 7, 7.25);
    expect(seconds(first)).toEqual([]);
    expect(seconds(play(first, 7.5, 7.75, 1, 90, 60_000))).toEqual([7]);
  });

  test("the same piece played again does not", () => {
    let coverage = noCoverage;
    for (let time = 0; time < 5; time += 1) coverage = play(coverage, 7, 7.25, 1, 90, time * 60_000);
    expect(seconds(coverage)).toEqual([]);
  });

  test("of a short last second half of what there is", () => {
    expect(seconds(play(noCoverage, 2, 3.25, 1, 3.4))).toEqual([2, 3]);
  });
});

describe("media time is credited only as far as wall time and speed allow", () => {
  const at = (positionS: number, atMs: number, rate = 1, isPlaying = true) => ({ positionS, atMs, rate, isPlaying });

  test.each([
    { name: "a jump ahead", samples: [at(0, 0), at(20, 250)] },
    { name: "a jump back", samples: [at(20, 0), at(0, 250)] },
    { name: "a clock that stands still", samples: [at(0, 0), at(1, 0), at(2, 0), at(3, 0)] },
    { name: "a clock that goes back", samples: [at(0, 5000), at(5, 0)] },
    { name: "paused", samples: [at(0, 0, 1, false), at(5, 5000, 1, false)] },
    { name: "three seconds in one at 1×", samples: [at(0, 0), at(3, 1000)] },
  ])("$name is not played", ({ samples }) => {
    const coverage = samples.reduce((now, sample) => advance(now, sample, 90), noCoverage);
    expect(seconds(coverage)).toEqual([]);
  });

  test("a timer the browser slowed down in a hidden tab loses nothing", () => {
    const samples = [at(0, 0), at(10, 10_000), at(20, 20_000)];
    const coverage = samples.reduce((now, sample) => advance(now, sample, 90), noCoverage);
    expect(coverage.all.size).toBe(20);
  });

  test("a sound card 1 % fast does not run out of credit in an hour", () => {
    let coverage = noCoverage;
    for (let step = 0; step <= 3600 * 4; step += 1)
      coverage = advance(coverage, at(step * 0.2525, step * 250), 4000);
    expect(coverage.all.size).toBe(3636);
  });

  test("positions that jitter by 40 ms still count", () => {
    let coverage = noCoverage;
    for (let step = 0; step <= 40; step += 1)
      coverage = advance(coverage, at(step * 0.25 + (step % 2) * 0.04, step * 250), 90);
    expect(coverage.all.size).toBe(10);
  });
});

test("what was taken is not fresh again, even when it is played again", () => {
  const [first, rest] = take(play(noCoverage, 0, 3));
  expect(first).toEqual([[0, 3]]);
  const [again] = take(play(rest, 1, 5, 1, 90, 60_000));
  expect(again).toEqual([[3, 5]]);
});

test.each([
  { name: "none", set: [], ranges: [] },
  { name: "one", set: [5], ranges: [[5, 6]] },
  { name: "neighbours join", set: [3, 1, 2], ranges: [[1, 4]] },
  { name: "gaps part", set: [0, 1, 9], ranges: [[0, 2], [9, 10]] },
])("ranges of seconds: $name", ({ set, ranges }) => {
  expect(rangesOf(new Set(set))).toEqual(ranges);
});
