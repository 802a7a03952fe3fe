import { describe, expect, test } from "vitest";

import { newRecorder, record } from "../watch/log/recorder";
import type { LoggedEvent, Recorder, Signal } from "../watch/log/recorder";

/** One signal in short: its type, where, when; and what else it says. */
type Short = [type: Signal["type"], positionS: number, atMs: number, more?: object];

function log(signals: Short[], from: Recorder = newRecorder): LoggedEvent[] {
  let recorder = from;
  return signals.flatMap(([type, positionS, atMs, more]) => {
    const [next, events] = record(recorder, { type, positionS, atMs, ...more } as Signal);
    recorder = next;
    return events;
  });
}

const playing: Short[] = [
  ["play", 0, 0],
  ["playing", 0, 100],
  ["tick", 5, 5100],
];
const pause = { isEnded: false };

describe("what the viewer does is logged", () => {
  test.each<{ name: string; signals: Short[]; expected: object[] }>([
    { name: "play", signals: [], expected: [] },
    { name: "pause", signals: [["pause", 5.2, 5300, pause]], expected: [{ kind: "pause", position_s: 5.2 }] },
    {
      name: "a seek, from where it began",
      signals: [
        ["intent", 5, 5100, { cause: "bar" }],
        ["seeking", 60, 5101],
        ["tick", 60, 5102],
        ["seeked", 60, 5200],
      ],
      expected: [{ kind: "seek", position_s: 5, target_s: 60, cause: "bar" }],
    },
    {
      name: "two presses before the first arrives: one seek, to the last place",
      signals: [
        ["intent", 5, 5100, { cause: "key" }],
        ["seeking", 15, 5101],
        ["intent", 15, 5150, { cause: "key" }],
        ["seeking", 25, 5151],
        ["seeked", 25, 5300],
      ],
      expected: [{ kind: "seek", position_s: 5, target_s: 25, cause: "key" }],
    },
    {
      name: "leaving while the video is still on its way: the seek, then the leaving",
      signals: [
        ["intent", 5, 5100, { cause: "bar" }],
        ["seeking", 60, 5101],
        ["visibility", 60, 5150, { isHidden: true }],
        ["seeked", 60, 5200],
      ],
      expected: [
        { kind: "seek", position_s: 5, target_s: 60, cause: "bar" },
        { kind: "visibility", position_s: 60, cause: "hidden" },
      ],
    },
    {
      name: "a seek by the browser's own controls",
      signals: [
        ["seeking", 40, 5200],
        ["seeked", 40, 5300],
      ],
      expected: [{ kind: "seek", position_s: 5, target_s: 40, cause: "bar" }],
    },
    {
      name: "a change of speed, from and to",
      signals: [
        ["rate", 6, 6100, { rate: 1.25 }],
        ["rate", 7, 7100, { rate: 1.25 }],
        ["rate", 8, 8100, { rate: 2 }],
      ],
      expected: [
        { kind: "speed", position_s: 6, rate_before: 1, rate: 1.25 },
        { kind: "speed", position_s: 8, rate_before: 1.25, rate: 2 },
      ],
    },
    {
      name: "a change of quality, not the first one",
      signals: [
        ["quality", 0, 50, { rung: "still", isAuto: true }],
        ["quality", 6, 6100, { rung: "low", isAuto: true }],
        ["quality", 6, 6150, { rung: "low", isAuto: true }],
        ["quality", 9, 9100, { rung: "high", isAuto: false }],
      ],
      expected: [
        { kind: "quality", position_s: 6, cause: "auto", rung: "low" },
        { kind: "quality", position_s: 9, cause: "manual", rung: "high" },
      ],
    },
    {
      name: "leaving the page and coming back",
      signals: [
        ["visibility", 6, 6100, { isHidden: true }],
        ["visibility", 9, 9100, { isHidden: false }],
      ],
      expected: [
        { kind: "visibility", position_s: 6, cause: "hidden" },
        { kind: "visibility", position_s: 9, cause: "visible" },
      ],
    },
    {
      name: "the end, without the pause the browser makes there",
      signals: [
        ["pause", 90, 90_000, { isEnded: true }],
        ["ended", 90, 90_001],
      ],
      expected: [{ kind: "ended", position_s: 90 }],
    },
  ])("$name", ({ signals, expected }) => {
    expect(log([...playing, ...signals])).toEqual([{ kind: "play", position_s: 0 }, ...expected]);
  });
});

describe("what the media does by itself is told apart", () => {
  test.each<{ name: string; signals: Short[]; expected: object[] }>([
    {
      name: "a stall is logged at its end, with its length; it is no pause",
      signals: [
        ["waiting", 5, 5100],
        ["playing", 5, 8100],
      ],
      expected: [{ kind: "stall", position_s: 5, duration_ms: 3000 }],
    },
    {
      name: "a stall ends when the viewer pauses",
      signals: [
        ["waiting", 5, 5100],
        ["pause", 5, 7100, pause],
      ],
      expected: [
        { kind: "stall", position_s: 5, duration_ms: 2000 },
        { kind: "pause", position_s: 5 },
      ],
    },
    {
      name: "a stall ends when the viewer seeks away",
      signals: [
        ["waiting", 5, 5100],
        ["intent", 5, 6000, { cause: "key" }],
        ["seeking", 15, 6100],
        ["seeked", 15, 6400],
      ],
      expected: [
        { kind: "stall", position_s: 5, duration_ms: 1000 },
        { kind: "seek", position_s: 5, target_s: 15, cause: "key" },
      ],
    },
    {
      name: "loading after a seek is no stall",
      signals: [
        ["intent", 5, 5100, { cause: "bar" }],
        ["seeking", 60, 5101],
        ["seeked", 60, 5200],
        ["waiting", 60, 5201],
        ["playing", 60, 9000],
      ],
      expected: [{ kind: "seek", position_s: 5, target_s: 60, cause: "bar" }],
    },
    {
      name: "a wait too short to see is no stall",
      signals: [
        ["waiting", 5, 5100],
        ["playing", 5, 5200],
      ],
      expected: [],
    },
    {
      name: "stepping over a hole between segments is no seek",
      signals: [
        ["seeking", 5.3, 5150],
        ["seeked", 5.3, 5160],
      ],
      expected: [],
    },
    {
      name: "a hole within a stall neither ends nor hides it",
      signals: [
        ["waiting", 5, 5100],
        ["seeking", 5.2, 6000],
        ["seeked", 5.2, 6010],
        ["playing", 5.2, 6100],
      ],
      expected: [{ kind: "stall", position_s: 5, duration_ms: 1000 }],
    },
    {
      name: "a seek that goes nowhere is not logged",
      signals: [
        ["intent", 5, 5100, { cause: "key" }],
        ["seeking", 5, 5101],
        ["seeked", 5, 5200],
      ],
      expected: [],
    },
    {
      name: "being taken apart after an error is no pause and no play",
      signals: [
        ["recovering", 5, 5100],
        ["pause", 0, 5110, pause],
        ["play", 0, 5120],
        ["playing", 5, 5900],
        ["pause", 6, 7000, pause],
      ],
      expected: [{ kind: "pause", position_s: 6 }],
    },
  ])("$name", ({ signals, expected }) => {
    expect(log([...playing, ...signals])).toEqual([{ kind: "play", position_s: 0 }, ...expected]);
  });

  test("waiting for the first frame is no stall", () => {
    const signals: Short[] = [
      ["play", 0, 0],
      ["waiting", 0, 1],
      ["playing", 0, 4000],
    ];
    expect(log(signals)).toEqual([{ kind: "play", position_s: 0 }]);
  });
});

describe("a page that was only opened reports nothing", () => {
  test("leaving it unplayed", () => {
    expect(log([["visibility", 0, 9000, { isHidden: true }]])).toEqual([]);
  });

  test("with the first play comes the seek that continued an earlier visit, and a chosen speed", () => {
    const signals: Short[] = [
      ["intent", 0, 0, { cause: "resume" }],
      ["seeking", 760, 10],
      ["seeked", 760, 300],
      ["rate", 760, 400, { rate: 1.5 }],
      ["visibility", 760, 500, { isHidden: true }],
      ["visibility", 760, 900, { isHidden: false }],
      ["play", 760, 1000],
    ];
    expect(log(signals)).toEqual([
      { kind: "seek", position_s: 0, target_s: 760, cause: "resume" },
      { kind: "speed", position_s: 760, rate_before: 1, rate: 1.5 },
      { kind: "play", position_s: 760 },
    ]);
  });
});
