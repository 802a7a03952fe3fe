import "fake-indexeddb/auto";

import { beforeEach, describe, expect, test } from "vitest";

import type { Role } from "../record/contract";
import type { Journal, TakeHeader } from "../record/journal";
import { openDatabaseJournal } from "../record/journal-database";
import { type SyncFile, TakeFiles } from "../record/take-files";

/** A file in memory that forgets, when the page dies, what was not flushed; and may be full. */
class MemoryFile implements SyncFile {
  static freeBytes = Infinity;
  private onDisk = new Uint8Array();

  constructor(public bytes = new Uint8Array()) {}

  read(buffer: Uint8Array, { at }: { at: number }): number {
    const part = this.bytes.subarray(at, at + buffer.length);
    buffer.set(part);
    return part.length;
  }

  write(buffer: Uint8Array, { at }: { at: number }): number {
    const taken = buffer.subarray(0, MemoryFile.freeBytes);
    MemoryFile.freeBytes -= taken.length;
    const grown = new Uint8Array(Math.max(this.bytes.length, at + taken.length));
    grown.set(this.bytes);
    grown.set(taken, at);
    this.bytes = grown;
    return taken.length;
  }

  truncate(size: number): void {
    this.bytes = this.bytes.slice(0, size);
  }

  getSize(): number {
    return this.bytes.length;
  }

  flush(): void {
    this.onDisk = this.bytes.slice();
  }

  close(): void {
    this.bytes = this.onDisk;
  }
}

const disk = new Map<string, MemoryFile>();

const openFiles = (): Promise<TakeFiles> =>
  TakeFiles.open((name) => {
    const file = disk.get(name) ?? new MemoryFile();
    disk.set(name, file);
    return Promise.resolve(file);
  });

const file = (name: string): MemoryFile => disk.get(name) ?? new MemoryFile();

const header: TakeHeader = {
  id: "t1",
  classId: "c1",
  title: "Derivatives",
  isLive: false,
  startedAt: 0,
  tracks: [{ role: "presenter", type: "video/webm", startOffsetMs: 0 }],
  pauses: [],
  marks: [],
  lecture: null,
  lecturesBefore: 0,
  uploads: {},
};

const data = (text: string): ArrayBuffer => new TextEncoder().encode(text).buffer;
type Readable = Pick<Journal, "append" | "note" | "header" | "slices" | "close"> & {
  read(role: Role, offset: number, length: number): Uint8Array | Promise<Uint8Array>;
};
const read = async (journal: Readable, offset: number, length = 1000): Promise<string> =>
  new TextDecoder().decode(await journal.read("presenter", offset, length));

beforeEach(() => {
  disk.clear();
  indexedDB = new IDBFactory();
  MemoryFile.freeBytes = Infinity;
});

describe.each<[string, () => Promise<Readable>]>([
  ["files of the origin", openFiles],
  ["IndexedDB", () => openDatabaseJournal("t1")],
])("a journal in %s", (_, open) => {
  test("begins with nothing", async () => {
    const journal = await open();
    expect(journal.header).toBeNull();
    expect(journal.slices.get("presenter")).toEqual([]);
  });

  test.each([
    [0, 1000, "one two three"],
    [0, 3, "one"],
    [4, 3, "two"],
    [2, 4, "e tw"],
    [8, 1000, "three"],
    [13, 10, ""],
    [99, 10, ""],
  ])("gives back from byte %i at most %i: %s", async (offset, length, expected) => {
    const journal = await open();
    for (const text of ["one ", "two ", "three"]) await journal.append("presenter", data(text), 1);
    expect(await read(journal, offset, length)).toBe(expected);
  });

  test("is the same at the next visit, and goes on", async () => {
    const first = await open();
    await first.note(header);
    await first.append("presenter", data("one "), 1000);
    await first.append("presentation", data("slide"), 1100);
    await first.note({ ...header, title: "Integrals" });
    first.close();
    const second = await open();
    expect(second.header?.title).toBe("Integrals");
    expect(second.slices.get("presenter")).toEqual([{ bytes: 4, endsMs: 1000 }]);
    expect(second.slices.get("presentation")).toEqual([{ bytes: 5, endsMs: 1100 }]);
    await second.append("presenter", data("two"), 2000);
    expect(await read(second, 0)).toBe("one two");
  });
});

describe("a page that died while it wrote", () => {
  async function withTwoSlices(): Promise<void> {
    const journal = await openFiles();
    await journal.note(header);
    await journal.append("presenter", data("one "), 1000);
    await journal.append("presenter", data("two "), 2000);
    journal.close();
  }

  test.each<[string, () => void, string]>([
    ["bytes without a record", () => void file("presenter.bytes").write(new Uint8Array(9), { at: 8 }), "one two "],
    ["half a record", () => file("presenter.slices").truncate(60), "one "],
    ["a record whose bytes are not there", () => file("presenter.bytes").truncate(6), "one "],
    ["a record whose bytes are others", () => void file("presenter.bytes").write(new Uint8Array(1), { at: 6 }), "one "],
    ["no bytes at all", () => file("presenter.bytes").truncate(0), ""],
  ])("leaves %s: the torn slice is cut off", async (_, tear, whole) => {
    await withTwoSlices();
    tear();
    const journal = await openFiles();
    expect(await read(journal, 0)).toBe(whole);
    await journal.append("presenter", data("new"), 3000);
    journal.close();
    expect(await read(await openFiles(), 0)).toBe(`${whole}new`);
  });

  test("in the header: the one before counts", async () => {
    await withTwoSlices();
    const journal = await openFiles();
    await journal.note({ ...header, title: "Integrals" });
    file("header").truncate(file("header").getSize() - 5);
    expect((await openFiles()).header?.title).toBe("Derivatives");
  });
});

test("a full disk refuses a slice, keeps those before, and takes it once there is room", async () => {
  const journal = await openFiles();
  await journal.append("presenter", data("one "), 1000);
  MemoryFile.freeBytes = 2;
  await expect(journal.append("presenter", data("two "), 2000)).rejects.toThrow("a part only");
  expect(await read(journal, 0)).toBe("one ");
  MemoryFile.freeBytes = Infinity;
  await journal.append("presenter", data("two "), 2000);
  journal.close();
  expect(await read(await openFiles(), 0)).toBe("one two ");
});
