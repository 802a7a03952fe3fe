import { describe, expect, test } from "vitest";

import { sentenceOf } from "../upload/api";
import { matchInterrupted } from "../upload/matching";
import { Memory } from "../upload/memory";
import {
  type Delivery,
  type FileFacts,
  initialState,
  nextUploadState,
  percentOf,
  secondsLeft,
  type UploadEvent,
  type UploadState,
} from "../upload/state";
import {
  bytes,
  interruptedWords,
  problemOf,
  progressWords,
  statusWords,
  timeLeft,
  titleOf,
} from "../upload/words";

const SLIDES: FileFacts = { name: "slides.webm", sizeBytes: 800, modifiedMs: 1 };
const CAMERA: FileFacts = { name: "camera.webm", sizeBytes: 200, modifiedMs: 2 };

function delivery(slidesSent = 0, cameraSent = 0): Delivery {
  return {
    lectureId: "l1",
    lectureUrl: "/lectures/l1",
    classId: "c1",
    title: "Derivatives",
    tracks: [
      { role: "presentation", trackId: "t1", file: SLIDES, sentBytes: slidesSent, uploadUrl: null },
      { role: "presenter", trackId: "t2", file: CAMERA, sentBytes: cameraSent, uploadUrl: null },
    ],
  };
}

function after(state: UploadState, ...events: UploadEvent[]): UploadState {
  return events.reduce(nextUploadState, state);
}

const began: UploadEvent = { type: "began", delivery: delivery() };
const sent = (sentBytes: number, atMs = 0): UploadEvent => ({
  type: "sent",
  role: "presentation",
  sentBytes,
  atMs,
});

describe("sending", () => {
  test("begins, is counted, and leads on once every track has arrived", () => {
    const state = after(initialState(), { type: "submitted" }, began, sent(400));
    expect(progressWords(state)).toBe("40 % · 400 bytes of 1.0 kB");
    const first = after(state, { type: "arrived", role: "presentation" });
    expect(first.status).toBe("sending");
    const second = after(first, { type: "arrived", role: "presenter" });
    expect(second.status).toBe("arrived");
    expect(progressWords(second)).toContain("100 %");
  });

  test("a lost connection waits, and the next byte ends the waiting", () => {
    const waiting = after(initialState(), began, sent(400), { type: "lost" });
    expect(statusWords(waiting)).toBe("Connection lost. Nothing is lost; it goes on by itself.");
    expect(after(waiting, sent(300)).status).toBe("sending");
  });

  test("a pause is kept until it is ended, whatever still arrives", () => {
    const paused = after(initialState(), began, { type: "paused" });
    expect(after(paused, sent(400), { type: "lost" })).toEqual(paused);
    expect(after(paused, { type: "resumed" }).status).toBe("sending");
  });

  test("a pause while the connection is lost is a pause", () => {
    expect(after(initialState(), began, { type: "lost" }, { type: "paused" }).status).toBe("paused");
  });

  test("the server's refusal is shown in its words and can be tried again", () => {
    const refused = after(initialState(), began, { type: "refused", reason: "The class is full." });
    expect(statusWords(refused)).toBe("The class is full.");
    expect(after(refused, { type: "resumed" }).status).toBe("sending");
  });

  test("an address is kept with its track", () => {
    const state = after(initialState(), began, {
      type: "addressed",
      role: "presenter",
      uploadUrl: "/uploads/1",
    });
    expect("delivery" in state && state.delivery.tracks.map((track) => track.uploadUrl)).toEqual([
      null,
      "/uploads/1",
    ]);
  });

  test("what is forgotten leaves the page, others stay", () => {
    const state = after(initialState(), began);
    expect(after(state, { type: "forgotten", lectureId: "other" })).toBe(state);
    expect(after(state, { type: "forgotten", lectureId: "l1" })).toEqual(initialState());
  });

  test("a lecture that could not be made leaves the form as it was", () => {
    const chosen: UploadEvent = { type: "chosen", slot: "recording", file: SLIDES, problem: null };
    const state = after(initialState(), chosen, { type: "submitted" }, {
      type: "notMade",
      reason: "Give the lecture a title.",
    });
    expect(state).toMatchObject({ status: "choosing", problem: "Give the lecture a title." });
    expect(state.status === "choosing" && state.chosen.recording).toEqual(SLIDES);
  });
});

describe("the time that is left", () => {
  const samplesOf = (...events: UploadEvent[]) => {
    const state = after(initialState(), began, ...events);
    return state.status === "sending" ? state.samples : [];
  };

  test("follows the pace of the last seconds", () => {
    const samples = samplesOf(sent(0, 0), sent(100, 5_000), sent(200, 10_000));
    expect(secondsLeft(delivery(200), samples)).toBeCloseTo(40);
  });

  test("is not guessed from the first moment", () => {
    expect(secondsLeft(delivery(200), samplesOf(sent(100, 0), sent(200, 1_000)))).toBeNull();
  });

  test("forgets what was sent in vain", () => {
    const samples = samplesOf(sent(0, 0), sent(500, 5_000), sent(100, 6_000), sent(200, 9_000));
    expect(samples.map((sample) => sample.sentBytes)).toEqual([0, 100, 200]);
  });

  test.each([
    [3, "a few seconds left"],
    [32, "about 40 seconds left"],
    [58, "about 1 minute left"],
    [600, "about 10 minutes left"],
    [3600, "about 1 hour left"],
    [3 * 3600, "about 3 hours left"],
    [null, ""],
  ])("%s s is “%s”", (seconds, words) => {
    expect(timeLeft(seconds)).toBe(words);
  });
});

describe("a file chosen again after a reload", () => {
  const other: FileFacts = { ...SLIDES, modifiedMs: 99 };

  test.each<[string, FileFacts | null, FileFacts | null, string[] | null]>([
    ["both files", SLIDES, CAMERA, []],
    ["both files, in each other's place", CAMERA, SLIDES, []],
    ["one of two", SLIDES, null, ["camera.webm"]],
    ["a file of the same name but another date", other, null, null],
    ["one right, one foreign", SLIDES, other, null],
    ["nothing", null, null, null],
  ])("%s", (_name, recording, camera, missing) => {
    const match = matchInterrupted([delivery(100)], { recording, camera });
    expect(match && match.missing.map((track) => track.file.name)).toEqual(missing);
  });

  test("what has arrived need not be chosen again", () => {
    const match = matchInterrupted([delivery(800, 50)], { recording: CAMERA, camera: null });
    expect(match?.missing).toEqual([]);
    expect(interruptedWords(delivery(800, 50))).toBe(
      "“Derivatives” was interrupted at 85 %. Choose the same file again to go on: camera.webm",
    );
  });
});

class FakeStorage implements Storage {
  private readonly items = new Map<string, string>();
  constructor(private readonly isFull = false) {}
  get length(): number {
    return this.items.size;
  }
  clear(): void {
    this.items.clear();
  }
  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }
  key(index: number): string | null {
    return [...this.items.keys()][index] ?? null;
  }
  removeItem(key: string): void {
    this.items.delete(key);
  }
  setItem(key: string, value: string): void {
    if (this.isFull) throw new DOMException("full", "QuotaExceededError");
    this.items.set(key, value);
  }
}

describe("memory", () => {
  test("keeps one entry a lecture, newest first, and forgets", () => {
    const memory = new Memory(new FakeStorage(), "maria");
    memory.keep({ ...delivery(), lectureId: "l2" });
    memory.keep(delivery(100));
    memory.keep(delivery(200));
    expect(memory.read().map((one) => [one.lectureId, one.tracks[0]?.sentBytes])).toEqual([
      ["l1", 200],
      ["l2", 0],
    ]);
    memory.forget("l1");
    expect(memory.read().map((one) => one.lectureId)).toEqual(["l2"]);
  });

  test("people who share a computer do not see each other's uploads", () => {
    const storage = new FakeStorage();
    new Memory(storage, "maria").keep(delivery());
    expect(new Memory(storage, "tom").read()).toEqual([]);
  });

  test.each(["no json", "{}", "[1, null, {}]", '[{"tracks": "x"}]'])(
    "ignores what it did not write: %s",
    (text) => {
      const storage = new FakeStorage();
      storage.setItem("flipcast-uploads-maria", text);
      expect(new Memory(storage, "maria").read()).toEqual([]);
    },
  );

  test("a full storage does not stop the upload", () => {
    const memory = new Memory(new FakeStorage(true), "maria");
    memory.keep(delivery());
    expect(memory.read()).toEqual([]);
  });
});

describe("words", () => {
  test.each([
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [999_999, "1.0 MB"],
    [280_400_000, "280 MB"],
    [17_179_869_184, "17.2 GB"],
  ])("%s bytes are %s", (count, words) => {
    expect(bytes(count)).toBe(words);
  });

  test.each([
    ["Derivatives_1.webm", "Derivatives 1"],
    ["2026-11-22 lecture.final.mp4", "2026-11-22 lecture.final"],
    ["no extension", "no extension"],
    [".mp4", ""],
  ])("%s becomes the title “%s”", (name, title) => {
    expect(titleOf(name)).toBe(title);
  });

  test("an empty or too large file is refused before anything is sent", () => {
    expect(problemOf({ ...SLIDES, sizeBytes: 0 }, 1000)).toContain("empty");
    expect(problemOf({ ...SLIDES, sizeBytes: 1001 }, 1000)).toContain("too large");
    expect(problemOf({ ...SLIDES, sizeBytes: 1000 }, 1000)).toBeNull();
  });

  test("the whole percent is 100 only at the end", () => {
    expect(percentOf(999, 1000)).toBe(99);
    expect(percentOf(1000, 1000)).toBe(100);
  });

  test("an error that is not ours still becomes a sentence", () => {
    expect(sentenceOf('{"error": "The disk is full."}')).toBe("The disk is full.");
    expect(sentenceOf("<html>502")).toBe("The server could not take this. Please try again.");
  });
});
