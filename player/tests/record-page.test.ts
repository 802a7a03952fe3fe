import { describe, expect, test } from "vitest";

import { sourcesOf } from "../record/devices";
import { dbfs, Listening, shareOf } from "../record/level";
import { FIRST, mayRecord, next, type RecorderEvent, type Source, type State } from "../record/state";
import { alarmWords, clock, hintWords, refusalWords, safeWords, tabTitle } from "../record/words";

const after = (...events: RecorderEvent[]): State => events.reduce(next, FIRST);
const chosen = (source: Source): RecorderEvent => ({ type: "chosen", source, isThere: true });
const SAFE = { recordedS: 723.4, onComputerS: 722, onServerS: 720, bytes: 2, sentBytes: 1 };

describe("what may be recorded", () => {
  test.each([
    { name: "nothing is chosen", events: [], may: false },
    { name: "a microphone that heard nobody", events: [chosen("screen"), chosen("microphone")], may: false },
    { name: "a voice alone", events: [chosen("microphone"), { type: "heard" }], may: true },
    { name: "a screen without sound", events: [chosen("screen")], may: false },
    { name: "a screen without sound on purpose", events: [chosen("screen"), { type: "without-sound", isWanted: true }], may: true },
    { name: "no sound and no picture", events: [{ type: "without-sound", isWanted: true }], may: false },
    { name: "another microphone, not heard yet", events: [chosen("microphone"), { type: "heard" }, chosen("microphone")], may: false },
    { name: "it records already", events: [chosen("microphone"), { type: "heard" }, { type: "started" }], may: false },
  ] as { name: string; events: RecorderEvent[]; may: boolean }[])("$name: $may", ({ events, may }) => {
    expect(mayRecord(after(...events))).toBe(may);
  });

  test("every state before the start says what to do", () => {
    const states = [[], [chosen("screen")], [chosen("microphone")], [chosen("microphone"), { type: "heard" }]] as RecorderEvent[][];
    expect(states.map((events) => hintWords(after(...events)).slice(0, 6))).toEqual(["Choose", "Choose", "Say a ", "Ready."]);
  });
});

describe("while it records", () => {
  const alarmed = after({ type: "started" }, { type: "safe", safe: SAFE }, { type: "alarm", alarm: "silent", isOn: true });
  test("the tab tells the time, and that something is wrong", () => {
    expect(tabTitle(after({ type: "started" }, { type: "safe", safe: SAFE }))).toBe("● 12:03 Recording");
    expect(tabTitle(alarmed)).toBe("⚠ 12:03 Recording");
    expect(tabTitle(next(alarmed, { type: "paused" }))).toBe("❚❚ 12:03 Paused");
  });
  test("a pause ends alarms", () => expect(next(alarmed, { type: "paused" }).alarms.size).toBe(0));
  test("alarms are sentences, and end one by one", () => {
    const two = next(alarmed, { type: "alarm", alarm: "no-camera", isOn: true });
    expect(alarmWords(two.alarms)).toContain("muted?");
    expect(alarmWords(next(two, { type: "alarm", alarm: "silent", isOn: false }).alarms)).toMatch(/^The camera is gone/u);
  });
  test("what is safe is told apart", () =>
    expect(safeWords(SAFE)).toEqual(["Safe on this computer to 12:02", "Safe on the server to 12:00"]));
  test.each([[0, "0:00"], [59.9, "0:59"], [3723, "1:02:03"]])("%s s is %s", (seconds, text) => expect(clock(seconds)).toBe(text));
  test("a failed start leads back to the choice, with the reason", () => {
    const failed = after({ type: "counting", count: 3 }, { type: "failed", sentence: "No." });
    expect([failed.phase, failed.problem]).toEqual(["choosing", "No."]);
  });
  test.each([["NotAllowedError", "Allow it"], ["NotFoundError", "There is no camera"], ["NotReadableError", "another program"]])(
    "%s is explained", (name, words) => expect(refusalWords("camera", name)).toContain(words));
});

describe("the level", () => {
  const heard = (levels: [db: number, atMs: number][]): Listening => {
    const listening = new Listening();
    for (const [db, atMs] of levels) listening.take(db, atMs);
    return listening;
  };
  const steady = (db: number, seconds: number, fromMs = 0): [number, number][] =>
    Array.from({ length: seconds * 10 }, (_, number) => [db, fromMs + number * 100]);
  test("a click is no voice, half a second is", () => {
    expect(heard([[-90, 0], [-10, 100], [-90, 200]]).hasHeard).toBe(false);
    expect(heard(steady(-20, 1)).hasHeard).toBe(true);
  });
  test("ten seconds below -50 dB are silence, a word ends it", () => {
    expect(heard([[-20, 0], ...steady(-55, 9, 100)]).isSilent).toBe(false);
    expect(heard([[-20, 0], ...steady(-55, 11, 100)]).isSilent).toBe(true);
    expect(heard([[-20, 0], ...steady(-55, 11, 100), [-30, 11_200]]).isSilent).toBe(false);
  });
  test("full scale is 0 dB, nothing is the floor", () => {
    expect(dbfs(new Float32Array(100).fill(1))).toBeCloseTo(0);
    expect(dbfs(new Float32Array(100))).toBe(-90);
    expect([shareOf(-90), shareOf(-30), shareOf(0)]).toEqual([0, 0.5, 1]);
  });
});

describe("tracks", () => {
  class Stream {
    constructor(readonly tracks: string[]) {}
    getVideoTracks = (): string[] => this.tracks.filter((track) => track.startsWith("v"));
    getAudioTracks = (): string[] => this.tracks.filter((track) => track.startsWith("a"));
  }
  Object.assign(globalThis, { MediaStream: Stream });
  const made = (sources: Partial<Record<Source, string[]>>, isSilent = false): unknown => {
    const streams = Object.entries(sources).map(([source, tracks]) => [source, new Stream(tracks)]);
    return sourcesOf(new Map(streams as never), isSilent).map(({ role, stream }) => [role, ...(stream as unknown as Stream).tracks]);
  };
  test.each([
    { name: "the voice goes with the camera", sources: { screen: ["v1"], camera: ["v2"], microphone: ["a"] }, tracks: [["presentation", "v1"], ["presenter", "v2", "a"]] },
    { name: "without a camera with the screen", sources: { screen: ["v1"], microphone: ["a"] }, tracks: [["presentation", "v1", "a"]] },
    { name: "alone it is the presenter", sources: { microphone: ["a"] }, tracks: [["presenter", "a"]] },
    { name: "a camera alone", sources: { camera: ["v"], microphone: ["a"] }, tracks: [["presenter", "v", "a"]] },
  ])("$name", ({ sources, tracks }) => expect(made(sources)).toEqual(tracks));
  test("without sound on purpose the microphone is left out", () =>
    expect(made({ screen: ["v"], microphone: ["a"] }, true)).toEqual([["presentation", "v"]]));
});
