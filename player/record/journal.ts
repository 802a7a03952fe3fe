/**
 * A take on this computer: what was recorded lies here before anything else is done with it, and stays
 * until the server has all of it.
 *
 * Files of the origin (OPFS) where the browser has them, written by a worker of the take's own; IndexedDB
 * where it does not (Firefox's private windows, older Safari). A page that holds a take holds a lock of
 * its name, which ends with the page, however that ends.
 */
import type { Role } from "./contract";
import type { Pause } from "./clock";
import { openFileJournal } from "./journal-files";
import { hasDatabase } from "./places";
import type { Slice } from "./slices";

export interface HeaderTrack {
  role: Role;
  type: string;
  startOffsetMs: number;
}

/** What the server answered when it made the lecture. */
export interface MadeLecture {
  id: string;
  url: string;
  uploadToken: string | null;
  trackIds: Partial<Record<Role, string>>;
}

export interface Mark {
  atMs: number;
  title: string;
}

/** What is known of a take besides its bytes. */
export interface TakeHeader {
  id: string;
  classId: string;
  title: string;
  isLive: boolean;
  /** Wall time of the start, ms since 1970. */
  startedAt: number;
  tracks: HeaderTrack[];
  pauses: Pause[];
  marks: Mark[];
  lecture: MadeLecture | null;
  /** How many were made for it that are gone, or were finished without all of it: the next is another. */
  lecturesBefore: number;
  uploads: Partial<Record<Role, string>>;
}

/** A take's place on this computer. A slice counts as safe when `append` has resolved, and not before. */
export interface Journal {
  /** As the last visit left it; null for a new take. */
  readonly header: TakeHeader | null;
  readonly slices: ReadonlyMap<Role, readonly Slice[]>;
  note(header: TakeHeader): Promise<void>;
  append(role: Role, data: ArrayBuffer, endsMs: number): Promise<void>;
  /** Return at most `length` bytes from `offset` on; fewer than asked for only at the end. */
  read(role: Role, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Forget the take for good. */
  remove(): Promise<void>;
  close(): void;
  /** Whether `onTick` is called once a second, from where hidden tabs are not slowed down. */
  readonly ticks: boolean;
  onTick: (() => void) | null;
}

/** Make the journal of a new take; the caller holds its lock. Raises DOMException where nothing can be kept. */
export async function newJournal(id: string): Promise<Journal> {
  try {
    return await openFileJournal(id);
  } catch (error) {
    console.info("recorder: no files of the origin here, IndexedDB instead", error);
    const { openDatabaseJournal } = await import("./journal-database");
    return await openDatabaseJournal(id);
  }
}

/** Open the journal of a take that another visit left behind; the caller holds its lock. */
export async function leftJournal(id: string): Promise<Journal> {
  if (await hasDatabase()) {
    const { isInDatabase, openDatabaseJournal } = await import("./journal-database");
    if (await isInDatabase(id)) return openDatabaseJournal(id);
  }
  return openFileJournal(id);
}
