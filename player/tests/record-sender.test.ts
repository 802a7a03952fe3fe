import { beforeEach, describe, expect, test, vi } from "vitest";

import type { Role } from "../record/contract";
import type { MadeLecture, TakeHeader } from "../record/journal";
import { KeptTrack } from "../record/kept-track";
import { Sender } from "../record/sender";
import { type Chunk, type Server, ServerSays } from "../record/server";

/** A journal in memory that may be full. */
class MemoryJournal {
  slices = new Map();
  isFull = false;
  private readonly bytes = new Map<Role, number[]>();

  append(role: Role, data: ArrayBuffer): Promise<void> {
    if (this.isFull) return Promise.reject(new DOMException("full", "QuotaExceededError"));
    this.bytes.set(role, [...(this.bytes.get(role) ?? []), ...new Uint8Array(data)]);
    return Promise.resolve();
  }

  read(role: Role, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return Promise.resolve(new Uint8Array(this.bytes.get(role) ?? []).slice(offset, offset + length));
  }
}

/** A server in memory. `failing` answers instead of it, in order; `silent` takes the bytes and says nothing. */
class MemoryServer implements Server {
  lectures: { header: TakeHeader; roles: Role[] }[] = [];
  uploads: { bytes: number[]; length: number | null }[] = [];
  marks: unknown[] = [];
  tokens = new Set<string | null>();
  failing: number[] = [];
  losesAnswer = false;
  gone = new Set<string>();

  async makeLecture(header: TakeHeader, tracks: readonly { role: Role }[]): Promise<MadeLecture> {
    await this.fail();
    const roles = tracks.map(({ role }) => role);
    this.lectures.push({ header, roles });
    return { id: "l1", url: "/lectures/l1", uploadToken: "token", trackIds: Object.fromEntries(roles.map((role) => [role, `of ${role}`])) };
  }

  async makeUpload(_: unknown, __: string, token: string | null): Promise<string> {
    this.tokens.add(token);
    await this.fail();
    this.uploads.push({ bytes: [], length: null });
    return String(this.uploads.length - 1);
  }

  async uploadState(url: string): Promise<{ offset: number; isComplete: boolean }> {
    await this.fail();
    const upload = this.upload(url);
    return { offset: upload.bytes.length, isComplete: upload.length === upload.bytes.length };
  }

  async append(url: string, { offset, data, length }: Chunk, token: string | null): Promise<number> {
    this.tokens.add(token);
    await this.fail();
    const upload = this.upload(url);
    if (upload.length === upload.bytes.length) throw new ServerSays(400, "finished");
    if (offset !== upload.bytes.length) throw new ServerSays(409, "elsewhere");
    upload.bytes.push(...data);
    upload.length ??= length;
    if (this.losesAnswer) {
      this.losesAnswer = false;
      throw new ServerSays(0, "silence");
    }
    return upload.bytes.length;
  }

  async mark(_: string, marks: readonly unknown[]): Promise<void> {
    await this.fail();
    this.marks.push(...marks);
  }

  text(number: number): string {
    return new TextDecoder().decode(new Uint8Array(this.uploads[number]?.bytes ?? []));
  }

  private upload(url: string): { bytes: number[]; length: number | null } {
    const upload = this.uploads[Number(url)];
    if (!upload || this.gone.has(url)) throw new ServerSays(410, "gone");
    return upload;
  }

  private async fail(): Promise<void> {
    await Promise.resolve();
    const status = this.failing.shift();
    if (status !== undefined) throw new ServerSays(status, "The server says no.");
  }
}

const bytes = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer;

function outgoing(journal: MemoryJournal): { header: TakeHeader; tracks: KeptTrack[]; note: (changes: Partial<TakeHeader>) => Promise<void> } {
  const roles = ["presentation", "presenter"] as const;
  const take = {
    header: {
      ...{ id: "t1", classId: "c1", title: "Derivatives", isLive: false, startedAt: 0, pauses: [], uploads: {} },
      ...{ marks: [{ atMs: 1000, title: "Two" }], lecture: null, lecturesBefore: 0 },
      tracks: roles.map((role) => ({ role, type: "video/mp4", startOffsetMs: 0 })),
    } as TakeHeader,
    tracks: roles.map((role) => new KeptTrack(role, journal)),
    note: (changes: Partial<TakeHeader>) => Promise.resolve(void (take.header = { ...take.header, ...changes })),
  };
  return take;
}

let server: MemoryServer;
let journal: MemoryJournal;
let take: ReturnType<typeof outgoing>;
let troubles: (string | null)[];
let sender: Sender;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  [server, journal, troubles] = [new MemoryServer(), new MemoryJournal(), []];
  take = outgoing(journal);
  sender = newSender();
  return () => void vi.useRealTimers();
});

const newSender = (): Sender =>
  new Sender(take, server, { sent: () => undefined, trouble: (kind) => troubles.push(kind), lecture: () => undefined });

async function slice(index: 0 | 1, text: string): Promise<void> {
  await take.tracks[index]?.keep(bytes(text), 1000);
  sender.wake();
}

async function complete(): Promise<void> {
  const done = sender.run();
  sender.complete();
  await vi.advanceTimersByTimeAsync(600_000);
  await done;
}

async function recorded(): Promise<void> {
  await slice(0, "slides ");
  await slice(1, "voice ");
  await slice(0, "again");
}

/** Of each upload what has arrived; that of the presentation sorts first. */
const received = (): string[] => server.uploads.map((_, number) => server.text(number)).sort();

test("everything arrives, in order, with its length, and marks before the end", async () => {
  await recorded();
  await complete();
  expect(received()).toEqual(["slides again", "voice "]);
  expect(server.uploads.map(({ length }) => length)).toEqual([12, 6]);
  expect(server.marks).toEqual([{ atMs: 1000, title: "Two" }]);
  expect(server.tokens).toEqual(new Set(["token"]));
  expect(take.tracks.map(({ sentBytes }) => sentBytes)).toEqual([12, 6]);
});

test("slices are sent as they come, and the lecture waits for both tracks", async () => {
  void sender.run();
  await slice(0, "slides ");
  await vi.advanceTimersByTimeAsync(5000);
  expect(server.lectures).toEqual([]);
  await slice(1, "voice ");
  await vi.advanceTimersByTimeAsync(10);
  expect(received()).toEqual(["slides ", "voice "]);
  await slice(0, "again");
  await vi.advanceTimersByTimeAsync(10);
  expect(received()).toEqual(["slides again", "voice "]);
  expect(server.uploads.map(({ length }) => length)).toEqual([null, null]);
});

test("a track that recorded nothing is not promised", async () => {
  await slice(1, "voice");
  await complete();
  expect(server.lectures.map(({ roles }) => roles)).toEqual([["presenter"]]);
  expect(received()).toEqual(["voice"]);
});

test("a take of nothing makes no lecture", async () => {
  await complete();
  expect(server.lectures).toEqual([]);
});

describe("whatever the server answers, all arrives once", () => {
  test.each<[string, number[], (string | null)[]]>([
    ["silence once", [0], [null]],
    ["silence for long", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], ["offline"]],
    ["busy", [423, 503, 429], ["offline"]],
    ["no room, until somebody makes some", [507, 507], ["server-full"]],
    ["a quota", [413], ["server-full"]],
    ["no right, until it is given back", [403, 403], ["refused"]],
  ])("%s", async (_, answers, told) => {
    await recorded();
    server.failing = answers;
    await complete();
    expect(received()).toEqual(["slides again", "voice "]);
    expect(troubles.slice(0, told.length)).toEqual(told);
    expect(troubles.at(-1)).toBeNull();
  });

  test("an answer that was lost", async () => {
    await recorded();
    server.losesAnswer = true;
    await complete();
    expect(received()).toEqual(["slides again", "voice "]);
  });

  test("an upload that is gone is made anew, from its first byte", async () => {
    await recorded();
    const running = sender.run();
    await vi.advanceTimersByTimeAsync(10);
    server.gone.add("0");
    await slice(0, "!");
    await vi.advanceTimersByTimeAsync(10_000);
    sender.complete();
    await vi.advanceTimersByTimeAsync(10_000);
    await running;
    expect(server.text(2)).toBe("slides again!");
  });

  test("a lecture that was finished elsewhere keeps what it has, and another gets all", async () => {
    await recorded();
    const running = sender.run();
    await vi.advanceTimersByTimeAsync(10);
    for (const upload of server.uploads) upload.length = upload.bytes.length;
    await slice(0, "!");
    await vi.advanceTimersByTimeAsync(10_000);
    sender.complete();
    await vi.advanceTimersByTimeAsync(10_000);
    await running;
    expect(server.lectures.map(({ header }) => header.lecturesBefore)).toEqual([0, 1]);
    expect(received()).toEqual(["slides again", "slides again!", "voice ", "voice "]);
    expect(troubles).toEqual([null, null]);
  });

  test("chapters that are refused do not keep the recording", async () => {
    await recorded();
    void sender.run();
    await vi.advanceTimersByTimeAsync(10);
    server.failing = [400];
    sender.complete();
    await vi.advanceTimersByTimeAsync(10);
    expect(server.uploads.map(({ length }) => length)).toEqual([12, 6]);
    expect(troubles).toEqual([null]);
  });

  test("a token that has ended gives way to who is signed in", async () => {
    await recorded();
    void sender.run();
    await vi.advanceTimersByTimeAsync(10);
    server.failing = [401];
    await slice(1, "more");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(server.tokens.has(null)).toBe(true);
    expect(received()).toEqual(["slides again", "voice more"]);
  });
});

test("the next visit goes on where the server is, with the same lecture", async () => {
  await recorded();
  void sender.run();
  await vi.advanceTimersByTimeAsync(10);
  await slice(1, "more");
  sender = newSender();
  await complete();
  expect(received()).toEqual(["slides again", "voice more"]);
  expect(server.lectures).toHaveLength(1);
});

test("the network that comes back is not waited for", async () => {
  await recorded();
  server.failing = [0, 0, 0, 0, 0, 0];
  void sender.run();
  await vi.advanceTimersByTimeAsync(9000);
  const before = server.failing.length;
  sender.hurry();
  await vi.advanceTimersByTimeAsync(10);
  expect(server.failing.length).toBeLessThan(before);
});

describe("a full computer", () => {
  test("sends from memory, and goes on with the journal when there is room", async () => {
    await recorded();
    journal.isFull = true;
    expect(await take.tracks[1]?.keep(bytes("more "), 2000)).toBe(false);
    journal.isFull = false;
    expect(await take.tracks[1]?.keep(bytes("and on"), 3000)).toBe(true);
    await complete();
    expect(received()).toEqual(["slides again", "voice more and on"]);
    expect(take.tracks[1]?.journaledMs).toBe(3000);
  });

  test("forgets what has been sent, so that memory stays flat", async () => {
    await recorded();
    void sender.run();
    journal.isFull = true;
    for (let second = 2; second < 20; second++) {
      await slice(1, "0123456789");
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(take.tracks[1]?.waitingBytes).toBeLessThanOrEqual(20);
    sender.complete();
    await vi.advanceTimersByTimeAsync(100);
    expect(server.text(1)).toBe(`voice ${"0123456789".repeat(18)}`);
  });
});
