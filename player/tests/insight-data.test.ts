import { afterEach, describe, expect, test, vi } from "vitest";

import { askForInsight } from "../insight/data";
import { parseTiles, tileAt } from "../insight/storyboard";

const BASE = "https://school.example/media/a/b/storyboard.vtt";

/** A storyboard file with these cues, each a start and an address. */
function storyboard(...cues: [string, string][]): string {
  return ["WEBVTT", ...cues.map(([start, address]) => `${start} --> 01:00:00.000\n${address}`)].join("\n\n");
}

describe("the storyboard", () => {
  test.each([
    { name: "a part of a sheet", address: "s.jpg#xywh=160,90,160,90", part: { x: 160, y: 90, width: 160, height: 90 } },
    { name: "a part in pixels, said so", address: "s.jpg#xywh=pixel:0,0,16,9", part: { x: 0, y: 0, width: 16, height: 9 } },
    { name: "a picture of its own", address: "s.jpg", part: null },
    { name: "an empty part is none", address: "s.jpg#xywh=0,0,0,0", part: null },
    { name: "another fragment", address: "s.jpg#top", part: null },
  ])("$name", ({ address, part }) => {
    const url = "https://school.example/media/a/b/s.jpg";
    expect(parseTiles(storyboard(["00:01.500", address]), BASE)).toEqual([{ startS: 1.5, url, part }]);
  });

  test.each([
    { name: "another site's image", address: "https://elsewhere.example/s.jpg" },
    { name: "no address", address: "https://[" },
    { name: "nothing", address: "" },
  ])("$name is left out", ({ address }) => expect(parseTiles(storyboard(["00:00.000", address]), BASE)).toEqual([]));

  test.each(["\n", "\r\n", "\r"])("lines may end with %j", (end) => {
    const text = storyboard(["00:00.000", "a.jpg"], ["1:00:05.250", "b.jpg"]).replaceAll("\n", end);
    expect(parseTiles(text, BASE).map(({ startS }) => startS)).toEqual([0, 3605.25]);
  });

  test.each([
    { at: 0, startS: 2 },
    { at: 2, startS: 2 },
    { at: 9.99, startS: 2 },
    { at: 10, startS: 10 },
    { at: 500, startS: 10 },
  ])("second $at is shown by the picture from $startS", ({ at, startS }) => {
    const tiles = parseTiles(storyboard(["00:02.000", "a.jpg"], ["00:10.000", "b.jpg"]), BASE);
    expect(tileAt(tiles, at)?.startS).toBe(startS);
  });

  test("without pictures there is none to show", () => expect(tileAt([], 3)).toBeNull());
});

describe("asking for news", () => {
  afterEach(() => vi.unstubAllGlobals());

  test.each([
    { name: "numbers", answer: () => Response.json({ members: 25 }), status: "new" },
    { name: "signed out", answer: () => new Response("", { status: 401 }), status: "refused" },
    { name: "the lecture is gone", answer: () => new Response("", { status: 404 }), status: "refused" },
    { name: "too often", answer: () => new Response("", { status: 429 }), status: "away" },
    { name: "the server is busy", answer: () => new Response("", { status: 503 }), status: "away" },
    { name: "a proxy's page", answer: () => new Response("<html>"), status: "away" },
    { name: "no network", answer: () => Promise.reject(new TypeError("failed to fetch")), status: "away" },
    { name: "no answer in time", answer: () => Promise.reject(new DOMException("", "TimeoutError")), status: "away" },
  ])("$name: $status", async ({ answer, status }) => {
    vi.stubGlobal("fetch", async () => answer());
    expect((await askForInsight("/api/x")).status).toBe(status);
  });
});
