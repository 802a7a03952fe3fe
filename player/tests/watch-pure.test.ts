import { describe, expect, test } from "vitest";

import type { Growing, LectureState, Rung, WaitReason } from "../watch/api";
import { commandFor } from "../watch/controls/keyboard";
import type { Focus } from "../watch/controls/keyboard";
import { noticeFor } from "../watch/controls/notice";
import { fittingEngine } from "../watch/engine/choice";
import { decodesAv1, unplayed } from "../watch/engine/codec";
import { configFor, isWorthRetrying } from "../watch/engine/hls-config";
import { autoName, qualityName } from "../watch/engine/qualities";
import { remedyFor } from "../watch/engine/remedy";
import { rungOf, withNewLevels } from "../watch/engine/rungs";
import { EventEmitter } from "../watch/hls/emitter";
import { askedFor, continueFrom } from "../watch/place";
import { RATES, steppedRate } from "../watch/store";
import { parseStoryboard, pictureAt, spread } from "../watch/storyboard";
import { bitrate, clock, completeWords, growingWords, spokenClock, timeLeft, waitingWords, wholeIn } from "../watch/words";

describe("words", () => {
  test.each([[0, "0:00"], [59.9, "0:59"], [760, "12:40"], [3600, "1:00:00"], [Number.NaN, "0:00"], [-1, "0:00"]])(
    "%s s on the clock is %s",
    (seconds, text) => expect(clock(seconds)).toBe(text),
  );

  test.each([[0, "0 seconds"], [1, "1 second"], [760, "12 minutes 40 seconds"], [7200, "2 hours"]])(
    "%s s is spoken as %s",
    (seconds, text) => expect(spokenClock(seconds)).toBe(text),
  );

  test.each([
    [null, ""], [3, "a few seconds left"], [31, "about 40 seconds left"], [59, "about a minute left"],
    [150, "about 3 minutes left"], [3700, "about an hour left"], [9000, "about 3 hours left"],
  ])("an estimate of %s s is said without false precision: %s", (etaS, text) => expect(timeLeft(etaS)).toBe(text));

  test.each([
    [null, ""],
    [4, "All of it in a few seconds."],
    [200, "All of it in about 4 minutes."],
  ])("the end of an upload and of what follows it, %s s from now, is said: %s", (etaS, text) => expect(wholeIn(etaS)).toBe(text));

  test.each([[0, "1 kbit/s"], [59_600, "60 kbit/s"], [999_400, "999 kbit/s"], [999_600, "1.0 Mbit/s"], [1_660_000, "1.7 Mbit/s"]])(
    "%s bit/s is %s",
    (bps, text) => expect(bitrate(bps)).toBe(text),
  );

  const standing = (state: LectureState, failure: string | null = null) =>
    ({ state, failure, fraction: null, eta_s: null, before_it: null, waits_for: null, playlist_url: null, growing: null });

  test("a teacher is told why a lecture failed, a student that there is nothing to do", () => {
    const failed = standing("failed", "This file has no picture and no sound.");
    expect(waitingWords(failed, true).detail).toBe("This file has no picture and no sound.");
    expect(waitingWords(failed, false).detail).toContain("nothing you need to do");
  });

  test.each(["recording", "uploading", "queued", "encoding", "failed"] as const)("every wait says what it waits for: %s", (state) => {
    for (const mayManage of [true, false]) expect(waitingWords(standing(state), mayManage).detail).not.toBe("");
  });
});

describe("a lecture that is not prepared yet", () => {
  const queued = (beforeIt: number | null, waitsFor: WaitReason | null) =>
    waitingWords({ state: "queued", failure: null, fraction: null, eta_s: null, before_it: beforeIt, waits_for: waitsFor, playlist_url: null, growing: null }, true).detail;

  test.each([
    [null, null, "as soon as the server has its hands free"], [0, "memory", "as soon as the server has its hands free"],
    [1, "turn", "One other lecture comes before it"], [12, "turn", "12 other lectures come before it"],
    [3, "room", "goes on by itself as soon as there is room"],
  ] as const)("%s before it, waiting for %s: %s", (beforeIt, waitsFor, words) => {
    expect(queued(beforeIt, waitsFor)).toContain(words);
    expect(queued(beforeIt, waitsFor)).toContain("safe");
  });
});

describe("a lecture that is watched while it is made", () => {
  const growing = (readyS: number, wholeS: number | null, toCome: Rung[] = []): Growing =>
    ({ ready_s: readyS, whole_s: wholeS, rungs: ["still"], to_come: toCome });

  test.each([
    [growing(14, 3600), "The first 14 seconds are ready; the rest is being made."],
    [growing(62, null), "The first minute is ready; the rest is being made."],
    [growing(725, 3600), "The first 12 minutes are ready; the rest is being made."],
    [growing(725, 3600, ["high"]), "The first 12 minutes are ready; the rest is being made. Better qualities follow."],
    [growing(3600, 3600, ["high"]), "All of it is ready; better qualities are being made."],
    [growing(3600, 3600), "All of it is ready; its last details are being made."],
  ])("%o: %s", (found, words) => expect(growingWords(found)).toBe(words));

  test.each([
    ["uploading", "The first 2 minutes are ready; the rest is still being uploaded."],
    ["recording", "The first 2 minutes are ready; it is still being recorded."],
  ] as const)("says of a lecture that is %s what is to come: %s", (state, words) => {
    expect(growingWords(growing(125, null), state)).toBe(words);
  });

  test("at the end it is said whether there are better qualities than the player has", () => {
    expect(completeWords(growing(14, 20))).toBe("All of it is ready now.");
    expect(completeWords(growing(14, 20, ["high"]))).toContain("better qualities");
  });
});

describe("the place to continue from", () => {
  test.each([
    { name: "in the middle", savedS: 760, durationS: 2650, placeS: 760 },
    { name: "hardly begun: from the start", savedS: 8, durationS: 2650, placeS: 0 },
    { name: "at the end: from the start", savedS: 2645, durationS: 2650, placeS: 0 },
    { name: "nothing saved", savedS: 0, durationS: null, placeS: 0 },
    { name: "nonsense", savedS: Number.NaN, durationS: null, placeS: 0 },
  ])("$name", ({ savedS, durationS, placeS }) => expect(continueFrom(savedS, durationS)).toBe(placeS));

  test.each([["?t=760", 760], ["?t=2650", 0], ["?t=99999", 0], ["?t=0", 0], ["", null], ["?t=", null], ["?t=abc", null], ["?t=-5", null], ["?t=1e999", null]])(
    "a link with %j asks for %s",
    (search, seconds) => expect(askedFor(search, 2650)).toBe(seconds),
  );
});

describe("speed", () => {
  test("goes from a half to three times in quarters", () => {
    expect(RATES).toEqual([0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3]);
  });

  test.each([[1, 1, 1.25], [1, -1, 0.75], [0.5, -1, 0.5], [3, 1, 3], [1.1, 1, 1.25]])(
    "%s× and %s step is %s×",
    (rate, steps, next) => expect(steppedRate(rate, steps)).toBe(next),
  );
});

describe("keys", () => {
  const press = (key: string, focus: Focus = "other", held = {}) =>
    commandFor({ key, ctrlKey: false, altKey: false, metaKey: false, ...held }, focus);

  test.each([
    [" ", { do: "toggle" }], ["k", { do: "toggle" }], ["K", { do: "toggle" }],
    ["j", { do: "seekBy", seconds: -10 }], ["l", { do: "seekBy", seconds: 10 }],
    ["ArrowLeft", { do: "seekBy", seconds: -5 }], ["ArrowRight", { do: "seekBy", seconds: 5 }],
    ["<", { do: "speedBy", steps: -1 }], [">", { do: "speedBy", steps: 1 }],
    ["m", { do: "mute" }], ["f", { do: "fullScreen" }], ["?", { do: "help" }],
    ["0", { do: "seekTo", fraction: 0 }], ["7", { do: "seekTo", fraction: 0.7 }],
    ["x", null], ["Tab", null], ["Enter", null],
  ])("%j", (key, command) => expect(press(key)).toEqual(command));

  test.each<{ name: string; key: string; focus: Focus; held: object }>([
    { name: "space presses a focused button", key: " ", focus: "button", held: {} },
    { name: "text fields keep their letters", key: "k", focus: "text", held: {} },
    { name: "choices keep their arrows", key: "ArrowDown", focus: "select", held: {} },
    { name: "the browser keeps its shortcuts", key: "f", focus: "other", held: { ctrlKey: true } },
  ])("$name", ({ key, focus, held }) => expect(press(key, focus, held)).toBeNull());
});

describe("engines", () => {
  test.each([
    { name: "Safari plays by itself", can: { playsHls: true, isWebKit: true, hasMediaSource: true }, engine: "native" },
    { name: "an old iPhone too", can: { playsHls: true, isWebKit: true, hasMediaSource: false }, engine: "native" },
    { name: "Chromium, which says it plays HLS", can: { playsHls: true, isWebKit: false, hasMediaSource: true }, engine: "hls" },
    { name: "Firefox", can: { playsHls: false, isWebKit: false, hasMediaSource: true }, engine: "hls" },
    { name: "nothing at all", can: { playsHls: false, isWebKit: false, hasMediaSource: false }, engine: "none" },
  ])("$name", ({ can, engine }) => expect(fittingEngine(can)).toBe(engine));

  test.each([
    { name: "no answer", isNetwork: true, isFatal: false, status: 0, hasRecovered: false, remedy: { do: "wait" } },
    { name: "no answer, even when hls.js gives up", isNetwork: true, isFatal: true, status: undefined, hasRecovered: false, remedy: { do: "wait" } },
    { name: "the server's own trouble", isNetwork: true, isFatal: true, status: 503, hasRecovered: false, remedy: { do: "wait" } },
    { name: "refused", isNetwork: true, isFatal: true, status: 404, hasRecovered: false, remedy: { do: "give up", trouble: "refused" } },
    { name: "a media error is recovered from", isNetwork: false, isFatal: true, status: undefined, hasRecovered: false, remedy: { do: "recover" } },
    { name: "once", isNetwork: false, isFatal: true, status: undefined, hasRecovered: true, remedy: { do: "give up", trouble: "media" } },
    { name: "no decoder for it", isNetwork: false, isFatal: true, status: undefined, hasRecovered: false, isUnknownCodec: true, remedy: { do: "give up", trouble: "media" } },
    { name: "what hls.js bears itself", isNetwork: false, isFatal: false, status: undefined, hasRecovered: false, remedy: { do: "nothing" } },
  ])("$name", ({ remedy, isNetwork, isFatal, status, hasRecovered, isUnknownCodec = false }) =>
    expect(remedyFor({ isNetwork, isFatal, status, isUnknownCodec, hasRecovered })).toEqual(remedy));

  test.each([[undefined, true], [0, true], [500, true], [429, true], [401, false], [404, false]])(
    "asking again after %s helps: %s",
    (status, helps) => expect(isWorthRetrying(status)).toBe(helps),
  );

  test("playing starts at the lowest rung and never gives up on the network", () => {
    const config = configFor(0);
    expect(config.startLevel).toBe(0);
    for (const policy of [config.manifestLoadPolicy, config.playlistLoadPolicy, config.fragLoadPolicy])
      expect(policy?.default.errorRetry?.maxNumRetry).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("qualities", () => {
  test.each([
    { name: "by the folder", level: { url: ["https://school/media/a/b/still/index.m3u8"] }, rung: "still" },
    { name: "by the name", level: { name: "medium", url: ["x.m3u8"] }, rung: "medium" },
    { name: "failing both by its place", level: { url: ["x.m3u8"] }, rung: "low" },
  ])("a level's rung is found $name", ({ level, rung }) => expect(rungOf(level, 1, 4)).toBe(rung));

  const named = (...names: string[]): { url: string[] }[] => names.map((name) => ({ url: [`/media/x/${name}/index.m3u8`] }));
  test.each([
    { name: "dearer ones come behind", played: named("still", "low"), read: named("still", "low", "high"), all: named("still", "low", "high") },
    { name: "hls.js sorts by bit rate", played: named("still"), read: named("low", "still", "high", "medium"), all: named("still", "low", "medium", "high") },
    { name: "there is none", played: named("still", "low"), read: named("still", "low"), all: named("still", "low") },
    { name: "one in between would have to shift the others", played: named("still", "high"), read: named("still", "low", "high"), all: null },
    { name: "nobody knows what it is", played: named("still"), read: named("still", "x"), all: null },
  ])("new rungs join those that are played: $name", ({ played, read, all }) => {
    const joined = withNewLevels(played, read);
    expect(joined).toEqual(all);
    if (joined !== null) expect(joined[0]).toBe(played[0]); // with what was loaded of it
  });

  const both = ["avc1.640028", "av01.0.08M.08", "avc1.640028", undefined].map((videoCodec) => ({ videoCodec }));
  const h264WithAac = { videoCodec: "avc1.640028", audioCodec: "mp4a.40.2" };
  const h264WithOpus = { videoCodec: "avc1.640028", audioCodec: "opus" };
  const av1WithAac = { videoCodec: "av01.0.08M.08", audioCodec: "mp4a.40.2" };
  const av1WithOpus = { videoCodec: "av01.0.08M.08", audioCodec: "opus" };
  const fourPairs = [h264WithAac, h264WithOpus, av1WithAac, av1WithOpus];
  test.each([
    { name: "AV1 where it is decoded", levels: both, takesAv1: true, places: [0, 2, 3] },
    { name: "H.264 elsewhere", levels: both, takesAv1: false, places: [1] },
    { name: "all, of H.264 alone", levels: both.slice(2), takesAv1: true, places: [] },
    { name: "all, of sound alone", levels: [{}], takesAv1: true, places: [] },
    { name: "Opus before AAC", levels: fourPairs, takesAv1: false, places: [0, 2, 3] },
    { name: "AV1 with Opus", levels: fourPairs, takesAv1: true, places: [0, 1, 2] },
    { name: "AAC where the browser has no Opus", levels: [h264WithAac, av1WithAac], takesAv1: false, places: [1] },
  ])("of two sets one is played: $name", ({ levels, takesAv1, places }) =>
    expect(unplayed(levels, takesAv1)).toEqual(places),
  );

  const answering = (answer: Partial<MediaCapabilitiesDecodingInfo> | Error): MediaCapabilities =>
    ({ decodingInfo: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)) }) as never;
  test.each([
    { name: "with ease", capabilities: answering({ supported: true, smooth: true }), takesAv1: true },
    { name: "with dropped frames", capabilities: answering({ supported: true, smooth: false }), takesAv1: false },
    { name: "not at all", capabilities: answering({ supported: false, smooth: false }), takesAv1: false },
    { name: "with an error", capabilities: answering(new TypeError("contentType")), takesAv1: false },
    { name: "nobody can say", capabilities: undefined, takesAv1: false },
  ])("AV1 is taken only where the browser decodes it with ease: $name", async ({ capabilities, takesAv1 }) =>
    expect(await decodesAv1(capabilities)).toBe(takesAv1),
  );

  test("they are named in plain words with what they cost", () => {
    expect(qualityName({ rung: "still", bps: 60_000 })).toBe("Slides only · 60 kbit/s");
    expect(autoName({ rung: "low", bps: 96_000 })).toBe("Auto · 96 kbit/s");
    expect(autoName(undefined)).toBe("Auto");
  });
});

describe("the notice", () => {
  const calm = { trouble: null, isWaiting: false, isAtEdge: false, continuesAtS: null };
  test.each([
    { name: "nothing to say", situation: calm, text: null },
    { name: "continuing", situation: { ...calm, continuesAtS: 760 }, text: "You stopped at 12:40. Play goes on from there." },
    { name: "slow", situation: { ...calm, isWaiting: true }, text: "Loading… Your connection is slow; it goes on by itself." },
    {
      name: "at the end of what is made so far",
      situation: { ...calm, isWaiting: true, isAtEdge: true },
      text: "This is as far as the lecture is ready. It goes on by itself as soon as more is.",
    },
    {
      name: "cut off with something loaded",
      situation: { ...calm, trouble: "network" as const },
      text: "Your connection is gone. What is loaded goes on playing; it continues by itself.",
    },
    {
      name: "cut off with nothing left",
      situation: { ...calm, trouble: "network" as const, isWaiting: true },
      text: "Your connection is gone. It continues by itself as soon as it is back.",
    },
  ])("$name", ({ situation, text }) => expect(noticeFor(situation)?.text ?? null).toBe(text));
});

describe("the storyboard", () => {
  const text = "WEBVTT\n\n00:00.000 --> 00:02.000\nsheet.jpg#xywh=0,0,240,136\n\n01:00:02.000 --> 01:00:04.500\nsheet.jpg#xywh=240,0,240,136\n";
  const base = "https://school/media/a/b/storyboard.vtt";

  test("is read with parts of a sheet", () => {
    expect(parseStoryboard(text, base)).toEqual([
      { startS: 0, endS: 2, url: "https://school/media/a/b/sheet.jpg", part: { x: 0, y: 0, width: 240, height: 136 } },
      { startS: 3602, endS: 3604.5, url: "https://school/media/a/b/sheet.jpg", part: { x: 240, y: 0, width: 240, height: 136 } },
    ]);
  });

  test.each([
    { name: "an image of another site", cue: "https://elsewhere/x.jpg" },
    { name: "a script", cue: "javascript:alert(1)" },
    { name: "no address", cue: "" },
  ])("leaves out $name", ({ cue }) => {
    expect(parseStoryboard(`WEBVTT\n\n00:00.000 --> 00:02.000\n${cue}\n`, base)).toEqual([]);
  });

  test("finds the picture of a moment, and spreads a few over the lecture", () => {
    const pictures = Array.from({ length: 30 }, (_, index) => ({ startS: index * 2, endS: index * 2 + 2, url: "x", part: null }));
    expect(pictureAt(pictures, 5)?.startS).toBe(4);
    expect(pictureAt([], 5)).toBeNull();
    expect(spread(pictures, 3).map(({ startS }) => startS)).toEqual([0, 20, 40]);
    expect(spread(pictures, 99)).toHaveLength(30);
  });
});

describe("the emitter hls.js runs on", () => {
  test("calls listeners in order with their context, once where asked, and not those taken off", () => {
    const emitter = new EventEmitter();
    const heard: unknown[] = [];
    const context = { name: "me" };
    function listener(this: unknown, ...values: unknown[]): void {
      heard.push([this, ...values]);
    }
    const other = (): void => void heard.push("other");
    emitter.on("a", listener, context);
    emitter.once("a", other);
    expect(emitter.emit("a", 1, 2)).toBe(true);
    emitter.off("a", listener, {});
    expect(emitter.listenerCount("a")).toBe(1);
    emitter.off("a", listener, context);
    expect(emitter.emit("a")).toBe(false);
    expect(heard).toEqual([[context, 1, 2], "other"]);
  });
});
