import { describe, expect, test } from "vitest";

import { fileName, formatsFor } from "../record/formats";

const CHROMIUM = /^video\/mp4;codecs=avc1[.\w]*(,opus)?$|^audio\/(mp4|webm);codecs=opus$|webm/;
const FIREFOX = /^video\/webm(;codecs=vp8(,opus)?)?$|^audio\/(webm|ogg);codecs=opus$/;
const SAFARI = /^video\/mp4(;codecs=avc1[.\w]*(,mp4a.40.2)?)?$|^audio\/mp4;codecs=mp4a.40.2$/;

const voice = { role: "presenter", hasPicture: false, hasSound: true } as const;
const camera = { role: "presenter", hasPicture: true, hasSound: true } as const;
const screen = { role: "presentation", hasPicture: true, hasSound: false } as const;

describe("the format that costs the server least", () => {
  test.each([
    ["Chromium, screen", screen, CHROMIUM, "video/mp4;codecs=avc1.640028"],
    ["Chromium, camera with voice", camera, CHROMIUM, "video/mp4;codecs=avc1.640028,opus"],
    ["Chromium, voice alone", voice, CHROMIUM, "audio/mp4;codecs=opus"],
    ["Firefox, screen", screen, FIREFOX, "video/webm;codecs=vp8"],
    ["Firefox, camera with voice", camera, FIREFOX, "video/webm;codecs=vp8,opus"],
    ["Firefox, voice alone", voice, FIREFOX, "audio/webm;codecs=opus"],
    ["Safari, camera with voice", camera, SAFARI, "video/mp4;codecs=avc1.42E01F,mp4a.40.2"],
    ["Safari, voice alone", voice, SAFARI, "audio/mp4;codecs=mp4a.40.2"],
  ])("%s", (_, content, writes, wanted) => {
    expect(formatsFor(content, (type) => writes.test(type))[0]?.mimeType).toBe(wanted);
  });

  test("a browser that writes nothing we know has none", () => {
    expect(formatsFor(camera, () => false)).toEqual([]);
  });
});

test("a screen gets more bits than a camera, and both key frames every 2 s", () => {
  const [ofScreen, ofCamera] = [screen, camera].map((content) => formatsFor(content, () => true)[0]);
  expect(ofScreen).toMatchObject({ videoBitsPerSecond: 2_500_000, videoKeyFrameIntervalDuration: 2000 });
  expect(ofCamera).toMatchObject({ videoBitsPerSecond: 1_200_000, audioBitsPerSecond: 64_000 });
  expect(ofScreen).not.toHaveProperty("audioBitsPerSecond");
});

test.each([
  ["presenter", "video/mp4;codecs=avc1.64001f,opus", "presenter.mp4"],
  ["presenter", "audio/webm", "presenter.webm"],
  ["presenter", "", "presenter.webm"],
] as const)("the file of a %s in %s is called %s", (role, type, name) => {
  expect(fileName(role, type)).toBe(name);
});
