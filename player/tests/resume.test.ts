import { afterEach, describe, expect, test, vi } from "vitest";

import { resumeWords } from "../manage/resume";
import { continueFrom, Place } from "../watch/place";

afterEach(() => vi.unstubAllGlobals());

describe("the hint on a lecture's card", () => {
  test.each([
    ["nothing stored", null, null],
    ["barely begun", "4.0 90", null],
    ["in the middle", "42.5 90", "Continue at 0:42"],
    ["past an hour", "3725.0 7200", "Continue at 1:02:05"],
    ["at the end", "85.0 90", null],
    ["watched to the end", "0 90", null],
    ["length not known", "42.0 NaN", "Continue at 0:42"],
    ["not ours", "hello world", null],
  ])("%s", (_name, place, words) => {
    expect(resumeWords(place)).toBe(words);
  });

  test.each(["4.0 90", "10.0 90", "42.5 90", "80.0 90", "80.1 90", "0 90", "42.0 NaN"])(
    "says so exactly when the watch page continues: %s",
    (place) => {
      vi.stubGlobal("localStorage", { getItem: (name: string) => (name === "flipcast.place.me.l1" ? place : null) });
      const { positionS, durationS } = new Place("me", "l1").read();
      expect(resumeWords(place) !== null).toBe(continueFrom(positionS, durationS) > 0);
    },
  );
});
