import { describe, expect, test } from "vitest";

import type { Curves, Insight } from "../insight/data";
import { averageWords, clock, counted, emptyWords, momentWords, passage, secondWords, simulatedWords, totals } from "../insight/words";

const curves: Curves = { plays: [5, 1], replays: [0, 3], pauses: [0, 1], rewinds: [0, 1] };

/** A lecture of 90 s that 20 of 25 have watched, but for what is given. */
function insight(given: Partial<Insight> = {}): Insight {
  return {
    lecture_id: "0".repeat(32),
    duration_s: 90,
    members: 25,
    watchers: 20,
    finished: 14,
    part: 6,
    not_yet: 5,
    simulated: 0,
    mean_coverage: 0.876,
    smallest_group: 5,
    seconds: curves,
    moments: [],
    ...given,
  };
}

test.each([[0, "0:00"], [9.9, "0:09"], [760, "12:40"], [3661, "1:01:01"], [-3, "0:00"]])("%s s is %s", (seconds, text) =>
  expect(clock(seconds)).toBe(text),
);

test.each([[0, "0 students"], [1, "1 student"], [2, "2 students"]])("%s is counted as %s", (count, text) =>
  expect(counted(count, "student")).toBe(text),
);

describe("the line under the heading", () => {
  test("of a lecture that is ready", () =>
    expect(totals(insight())).toBe("1:30 long · 25 students · 14 watched it all · 6 part · 5 not yet"));
  test("of one that is not", () => expect(totals(insight({ duration_s: null }))).toBe("25 students"));
});

test.each([
  { name: "the average is a whole percentage", mean: 0.876, words: "Those who watched have seen 88 % of it on average." },
  { name: "small groups have none", mean: null, words: "" },
])("$name", ({ mean, words }) => expect(averageWords(insight({ mean_coverage: mean }))).toBe(words));

describe("what stands in place of the curve", () => {
  test.each([
    { name: "not ready", given: { duration_s: null }, heading: "This lecture is not ready yet" },
    { name: "nobody", given: { watchers: 0, seconds: null }, heading: "Nobody has watched yet" },
    { name: "one", given: { watchers: 1, seconds: null }, heading: "1 student has watched so far" },
    { name: "four", given: { watchers: 4, seconds: null }, heading: "4 students have watched so far" },
    { name: "enough", given: {}, heading: undefined },
  ])("$name", ({ given, heading }) => expect(emptyWords(insight(given))?.heading).toBe(heading));

  test("it says from how many on, and why", () => {
    const words = emptyWords(insight({ watchers: 4, seconds: null }));
    expect(words?.detail).toMatch(/once 5 students have watched.*one person's evening/);
  });
});

describe("the notice about a simulated class", () => {
  test.each([
    { name: "nobody is simulated: none", simulated: 0, words: null },
    { name: "all are", simulated: 20, words: /All who watched were made by the demo/ },
    { name: "one is real", simulated: 19, words: /19 of the 20 who watched were made by the demo; 1 is a real person\./ },
    { name: "some are real", simulated: 15, words: /; 5 are real people\./ },
  ])("$name", ({ simulated, words }) => {
    const found = simulatedWords(insight({ simulated }));
    if (words === null) expect(found).toBeNull();
    else expect(found).toMatch(words);
  });
});

test.each([
  { second: 0, words: "5 students played this second" },
  { second: 1, words: "1 student played this second, played again 3 times, 1 jump back to here, paused here 1 time" },
  { second: 7, words: "0 students played this second" },
])("second $second is read out as: $words", ({ second, words }) => expect(secondWords(curves, second)).toBe(words));

test("a moment is named by its passage, and says how many went back", () => {
  const moment = { start_s: 24, end_s: 31, replays: 9, rewinds: 1, viewers: 7 };
  expect(passage(moment)).toBe("0:24–0:31");
  expect(momentWords(moment, 20)).toBe("7 of 20 went back here, 1 jump in all");
});
