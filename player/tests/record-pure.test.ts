import { describe, expect, test } from "vitest";

import { nextChunkBytes, reactionTo, sentenceFor, waitMs } from "../record/patience";
import { even, fitted } from "../record/picture";
import { roomSentence } from "../record/room";
import { Troubles } from "../record/troubles";

describe("what an answer means", () => {
  test.each([
    [0, "append", true, "wait"],
    [408, "append", true, "wait"],
    [423, "append", true, "wait"],
    [429, "upload", true, "wait"],
    [500, "lecture", false, "wait"],
    [503, "append", true, "wait"],
    [409, "append", true, "ask"],
    [400, "append", true, "ask"],
    [409, "state", true, "lecture-anew"],
    [460, "append", true, "ask"],
    [404, "state", true, "upload-anew"],
    [410, "append", true, "upload-anew"],
    [404, "upload", true, "lecture-anew"],
    [413, "append", true, "server-full"],
    [507, "append", true, "server-full"],
    [401, "append", true, "without-token"],
    [401, "append", false, "refused"],
    [401, "lecture", false, "refused"],
    [403, "lecture", false, "refused"],
    [409, "upload", true, "refused"],
    [404, "lecture", false, "refused"],
    [404, "marks", true, "refused"],
  ] as const)("%i to %s (with a token: %s): %s", (status, step, hasToken, reaction) => {
    expect(reactionTo(status, step, hasToken)).toBe(reaction);
  });

  test("is told in the server's words, unless they are nothing to a teacher", () => {
    expect(sentenceFor(507, "The disk is full.")).toMatch(/^The disk is full\. .*safe/);
    expect(sentenceFor(0, "")).toMatch(/cannot be reached/);
    expect(sentenceFor(401, "Please sign in.")).toMatch(/signed out/);
  });
});

test.each([
  [1, false, 500],
  [3, false, 2000],
  [50, false, 8000],
  [50, true, 60_000],
])("after %i failures (refused: %s) the wait is %i ms", (failures, isRefusal, ms) => {
  expect(waitMs(failures, isRefusal)).toBe(ms);
});

test.each([
  ["a fast link", 256 << 10, 10, 512 << 10],
  ["a slow link", 256 << 10, 8000, 64 << 10],
  ["a very slow link", 64 << 10, 60_000, 32 << 10],
  ["the most there is", 1 << 20, 10, 1 << 20],
])("the next chunk on %s", (_, bytes, tookMs, next) => {
  expect(nextChunkBytes(bytes, tookMs)).toBe(next);
});

describe("a picture of another size", () => {
  const box = { width: 1280, height: 720 };

  test.each([
    ["is made larger", { width: 640, height: 360 }, { x: 0, y: 0, width: 1280, height: 720 }],
    ["has bars at its sides", { width: 720, height: 720 }, { x: 280, y: 0, width: 720, height: 720 }],
    ["has bars above and below", { width: 2560, height: 720 }, { x: 0, y: 180, width: 1280, height: 360 }],
  ])("%s, and is never squeezed", (_, picture, place) => {
    expect(fitted(picture, box)).toEqual(place);
  });

  test("has no odd line", () => {
    expect(even({ width: 801, height: 601 })).toEqual({ width: 800, height: 600 });
  });
});

describe("room on this computer", () => {
  test.each([
    ["for hours", 1e11, 0, 0, null],
    ["unknown rate, 5 minutes of both tracks", 470 * 300_000, 0, 0, /about 5 minutes/],
    ["a slow take makes it last", 470 * 300_000, 1e6, 100_000, null],
    ["hardly any", 1e6, 0, 0, /a minute/],
  ])("%s", (_, left, bytes, recordedMs, sentence) => {
    const said = roomSentence(left, bytes, recordedMs);
    if (sentence === null) expect(said).toBeNull();
    else expect(said).toMatch(sentence);
  });
});

test("of several troubles the gravest is told, once, and the rest when it has gone", () => {
  const told: (string | null)[] = [];
  const troubles = new Troubles((kind) => told.push(kind));
  troubles.set("sending", { kind: "offline", sentence: "No network." });
  troubles.set("presenter", { kind: "recorder-failed", sentence: "The camera is gone." });
  troubles.set("sending", { kind: "server-full", sentence: "Full." });
  troubles.set("presenter", { kind: "recorder-failed", sentence: "The camera is gone." });
  troubles.set("presenter", null);
  troubles.set("sending", null);
  troubles.set("room", null);
  expect(told).toEqual(["offline", "recorder-failed", "server-full", null]);
});
