import "fake-indexeddb/auto";

import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { leaveLastWords, takeLastWords } from "../watch/log/last-words";
import { memoryOutbox, openOutbox } from "../watch/log/outbox";
import type { Outbox, StoredBatch } from "../watch/log/outbox";
import { answerOf, inOrder, pauseMs, Sender } from "../watch/log/sender";
import { LogSession, newSession } from "../watch/log/session";

const SESSION = "0123456789abcdef0123456789abcdef";
const DAY_MS = 24 * 3600 * 1000;

beforeEach(() => void (globalThis.indexedDB = new IDBFactory()));
afterEach(() => vi.useRealTimers());

function batch(id: string, facts: Partial<StoredBatch> = {}): StoredBatch {
  const session = id.split("-")[0] ?? "";
  return {
    id, session, revision: 1, lectureId: "aa", viewer: "maria", storedAtMs: 0, events: [], coverage: [[0, 1]], ...facts,
  };
}

function logOf(outbox: Outbox): LogSession {
  return new LogSession({ outbox, lectureId: "aa", viewer: "maria", session: SESSION, nowMs: () => 0 });
}

describe.each([
  { name: "IndexedDB", open: () => openOutbox(0) },
  { name: "memory, where the browser allows no storage", open: () => Promise.resolve(memoryOutbox()) },
])("the outbox in $name", ({ open }) => {
  test("gives back a viewer's own batches and nobody else's", async () => {
    const outbox = await open();
    await outbox.put(batch("a-0"));
    await outbox.put(batch("b-0", { viewer: "tom" }));
    expect((await outbox.of("maria")).map(({ id }) => id)).toEqual(["a-0"]);
  });

  test("forgets what was answered for, and keeps what has grown since", async () => {
    const outbox = await open();
    await outbox.put(batch("a-0", { revision: 2 }));
    await outbox.settle(batch("a-0", { revision: 1 }));
    expect(await outbox.of("maria")).toHaveLength(1);
    await outbox.settle(batch("a-0", { revision: 2 }));
    expect(await outbox.of("maria")).toEqual([]);
  });
});

test("the outbox outlives the page, for thirty days", async () => {
  await (await openOutbox(0)).put(batch("a-0"));
  expect(await (await openOutbox(29 * DAY_MS)).of("maria")).toHaveLength(1);
  expect(await (await openOutbox(31 * DAY_MS)).of("maria")).toEqual([]);
});

describe("a session", () => {
  test("numbers its events from 1 on, over all its batches", async () => {
    const outbox = memoryOutbox();
    const log = logOf(outbox);
    await log.add([{ kind: "play", position_s: 0 }], []);
    log.close();
    await log.add([{ kind: "pause", position_s: 2.34567 }], [[0, 2]]);
    const stored = inOrder(await outbox.of("maria"));
    expect(stored.map(({ events, coverage }) => ({ events, coverage }))).toEqual([
      { events: [{ seq: 1, kind: "play", position_s: 0 }], coverage: [] },
      { events: [{ seq: 2, kind: "pause", position_s: 2.346 }], coverage: [[0, 2]] },
    ]);
  });

  test("is on disk whole whenever something was added", async () => {
    const log = logOf(await openOutbox(0));
    await log.add([{ kind: "play", position_s: 0 }], []);
    await log.add([{ kind: "pause", position_s: 4 }], [[0, 4]]);
    const [stored] = await (await openOutbox(0)).of("maria");
    expect(stored?.events.map(({ kind }) => kind)).toEqual(["play", "pause"]);
    expect(stored?.coverage).toEqual([[0, 4]]);
  });

  test("begins a new batch before one gets too large for the server", async () => {
    const outbox = memoryOutbox();
    const log = logOf(outbox);
    for (let index = 0; index < 1100; index += 1) await log.add([{ kind: "play", position_s: index }], []);
    expect(inOrder(await outbox.of("maria")).map(({ events }) => events.length)).toEqual([500, 500, 100]);
  });

  test("knows what a beacon should carry: all that was not answered for", async () => {
    const log = logOf(memoryOutbox());
    await log.add([{ kind: "play", position_s: 0 }], []);
    log.close();
    await log.add([{ kind: "pause", position_s: 1 }], []);
    const [first] = log.unsettled();
    if (first !== undefined) log.settled(first);
    expect(log.unsettled().map(({ id }) => id)).toEqual([`${SESSION}-1`]);
  });

  test("has a name of 32 random hexadecimal digits", () => {
    expect(newSession()).toMatch(/^[0-9a-f]{32}$/);
    expect(newSession()).not.toBe(newSession());
  });
});

describe("the last words of a page", () => {
  function shelfOf() {
    const kept = new Map<string, string>();
    return {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
      removeItem: (name: string) => void kept.delete(name),
    };
  }

  test("reach the outbox with the next visit, once", async () => {
    const shelf = shelfOf();
    const outbox = memoryOutbox();
    leaveLastWords(shelf, "maria", "a", [batch("a-0")]);
    leaveLastWords(shelf, "maria", "b", [batch("b-0")]);
    await takeLastWords(shelf, "maria", outbox);
    expect(inOrder(await outbox.of("maria")).map(({ id }) => id)).toEqual(["a-0", "b-0"]);
    expect(shelf.getItem("flipcast.log.maria")).toBeNull();
  });

  test("do not overwrite what is newer in the outbox", async () => {
    const shelf = shelfOf();
    const outbox = memoryOutbox();
    await outbox.put(batch("a-0", { revision: 5 }));
    leaveLastWords(shelf, "maria", "a", [batch("a-0", { revision: 4 })]);
    await takeLastWords(shelf, "maria", outbox);
    expect((await outbox.of("maria"))[0]?.revision).toBe(5);
  });

  test("are taken back when the page stays, and are nobody else's", async () => {
    const shelf = shelfOf();
    leaveLastWords(shelf, "maria", "a", [batch("a-0")]);
    leaveLastWords(shelf, "maria", "a", []);
    leaveLastWords(shelf, "tom", "t", [batch("t-0", { viewer: "tom" })]);
    const outbox = memoryOutbox();
    await takeLastWords(shelf, "maria", outbox);
    expect(await outbox.of("maria")).toEqual([]);
  });
});

describe("sending", () => {
  interface Posted { url: string; body: { session: string; coverage: unknown } }

  function server(...statuses: (number | null)[]) {
    const posted: Posted[] = [];
    const post = (url: string, body: string): Promise<number | null> => {
      posted.push({ url, body: JSON.parse(body) as Posted["body"] });
      const status = statuses.length > 1 ? statuses.shift() : statuses[0];
      return Promise.resolve(status === undefined ? 204 : status);
    };
    return { post, posted };
  }

  const never = new AbortController().signal;
  const ignore = (): void => undefined;

  test("goes by session and number, and forgets what was acknowledged", async () => {
    const outbox = memoryOutbox();
    for (const id of ["b-10", "b-9", "a-0"]) await outbox.put(batch(id, { coverage: [[Number(id.slice(2)), 11]] }));
    const { post, posted } = server(204);
    await new Sender(outbox, "maria", never, ignore, post).drain();
    expect(posted.map(({ body }) => body)).toEqual([
      { session: "a", events: [], coverage: [[0, 11]] },
      { session: "b", events: [], coverage: [[9, 11]] },
      { session: "b", events: [], coverage: [[10, 11]] },
    ]);
    expect(posted[0]?.url).toBe("/api/lectures/aa/watch");
    expect(await outbox.of("maria")).toEqual([]);
  });

  test.each([
    { status: null, name: "no answer" },
    { status: 503, name: "the server's own trouble" },
    { status: 401, name: "signed out" },
    { status: 429, name: "too often" },
  ])("$name keeps the batch and tries again", async ({ status }) => {
    vi.useFakeTimers();
    const outbox = memoryOutbox();
    await outbox.put(batch("a-0"));
    const { post, posted } = server(status, 204);
    await new Sender(outbox, "maria", never, ignore, post).drain();
    expect(await outbox.of("maria")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(posted).toHaveLength(2);
    expect(await outbox.of("maria")).toEqual([]);
  });

  test.each([400, 404, 409, 413])("%s drops the batch and goes on with the next", async (status) => {
    const warned = vi.spyOn(console, "warn").mockImplementation(ignore);
    const outbox = memoryOutbox();
    await outbox.put(batch("a-0"));
    await outbox.put(batch("a-1"));
    const { post, posted } = server(status, 204);
    await new Sender(outbox, "maria", never, ignore, post).drain();
    expect(posted).toHaveLength(2);
    expect(await outbox.of("maria")).toEqual([]);
    expect(warned).toHaveBeenCalledOnce();
    warned.mockRestore();
  });

  test("what is added while a batch is on its way is sent, too", async () => {
    const outbox = memoryOutbox();
    const log = logOf(outbox);
    await log.add([{ kind: "play", position_s: 0 }], []);
    const posted: string[] = [];
    const post = async (_url: string, body: string): Promise<number> => {
      posted.push(body);
      if (posted.length === 1) await log.add([{ kind: "pause", position_s: 3 }], []);
      return 204;
    };
    const sender = new Sender(outbox, "maria", never, (settled) => log.settled(settled), post);
    await Promise.all([sender.drain(), sender.drain()]);
    expect(posted).toHaveLength(2);
    expect(posted[1]).toContain("pause");
    expect(log.unsettled()).toEqual([]);
  });

  test.each([
    [204, "acknowledged"], [200, "acknowledged"], [303, "later"], [400, "refused"], [401, "later"], [404, "refused"],
    [408, "later"], [413, "refused"], [429, "later"], [500, "later"], [503, "later"], [null, "later"],
  ] as const)("an answer of %s means %s", (status, answer) => {
    expect(answerOf(status)).toBe(answer);
  });

  test.each([[1, 2000], [2, 4000], [5, 32_000], [6, 60_000], [1000, 60_000]])(
    "after %s failures in a row it waits %s ms",
    (failures, waitedMs) => {
      expect(pauseMs(failures)).toBe(waitedMs);
    },
  );
});
