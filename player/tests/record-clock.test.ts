import { describe, expect, test } from "vitest";

import { startOffsetsMs, TakeClock } from "../record/clock";

describe("the time of a take", () => {
  test("runs from its start", () => {
    const clock = new TakeClock();
    expect(clock.recordedMs(900)).toBe(0);
    clock.start(1000);
    expect(clock.recordedMs(4500)).toBe(3500);
  });

  test("stands still in a pause and goes on where it stood", () => {
    const clock = new TakeClock();
    clock.start(0);
    clock.pause(2000);
    expect(clock.recordedMs(9000)).toBe(2000);
    clock.resume(10_000);
    expect(clock.recordedMs(11_000)).toBe(3000);
    expect(clock.pauses).toEqual([{ atMs: 2000, lastedMs: 8000 }]);
  });

  test("a second press of pause or resume changes nothing", () => {
    const clock = new TakeClock();
    clock.start(0);
    clock.resume(500);
    clock.pause(1000);
    clock.pause(1500);
    clock.resume(2000);
    clock.resume(2500);
    expect(clock.recordedMs(3000)).toBe(2000);
    expect(clock.pauses).toHaveLength(1);
  });
});

describe("start offsets", () => {
  test("count from the track that began first", () => {
    const offsets = startOffsetsMs(new Map([["presentation", 1040.4], ["presenter", 1000]]));
    expect([...offsets]).toEqual([["presentation", 40], ["presenter", 0]]);
  });

  test("of a single track are none", () => {
    expect(startOffsetsMs(new Map([["presenter", 123]])).get("presenter")).toBe(0);
  });
});
