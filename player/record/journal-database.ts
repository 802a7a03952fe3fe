/**
 * The journal in IndexedDB, where files of the origin are missing. A transaction is kept whole or not at all, and
 * is asked to be on the disk before it counts, so nothing can be torn.
 */
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

import type { Role } from "./contract";
import type { Journal, TakeHeader } from "./journal";
import { DATABASE, ROLES } from "./places";
import { type Slice, SliceTable } from "./slices";

interface StoredSlice extends Slice {
  data: ArrayBuffer;
}

interface Schema extends DBSchema {
  headers: { key: string; value: TakeHeader };
  slices: { key: [string, Role, number]; value: StoredSlice };
}

const ON_DISK = { durability: "strict" } as const;

export type TakesDatabase = IDBPDatabase<Schema>;

export function openTakesDatabase(): Promise<TakesDatabase> {
  return openDB<Schema>(DATABASE, 1, {
    upgrade(fresh) {
      fresh.createObjectStore("headers", { keyPath: "id" });
      fresh.createObjectStore("slices");
    },
  });
}

export async function isInDatabase(id: string): Promise<boolean> {
  const database = await openTakesDatabase();
  const key = await database.getKey("headers", id);
  database.close();
  return key !== undefined;
}

/** Return the headers of all takes, each with the end of its last slice. */
export async function headersWithEnds(): Promise<{ header: TakeHeader; endsMs: number }[]> {
  const database = await openTakesDatabase();
  const found: { header: TakeHeader; endsMs: number }[] = [];
  for (const header of await database.getAll("headers")) {
    let endsMs = 0;
    for (const role of ROLES) {
      const last = await database.transaction("slices").store.openCursor(ofTrack(header.id, role), "prev");
      endsMs = Math.max(endsMs, last?.value.endsMs ?? 0);
    }
    found.push({ header, endsMs });
  }
  database.close();
  return found;
}

/** Raises DOMException where the browser keeps nothing at all. */
export async function openDatabaseJournal(id: string): Promise<Journal> {
  const database = await openTakesDatabase();
  const header = (await database.get("headers", id)) ?? null;
  const slices = new Map<Role, Slice[]>();
  for (const role of ROLES)
    slices.set(role, await slicesOf(database, id, role));
  return new DatabaseJournal(id, database, header, slices);
}

/** Every slice of a track from its first on, in order; a cursor, because the bytes would fill the memory. */
async function slicesOf(database: TakesDatabase, id: string, role: Role): Promise<Slice[]> {
  const slices: Slice[] = [];
  let cursor = await database.transaction("slices").store.openCursor(ofTrack(id, role));
  for (; cursor; cursor = await cursor.continue())
    slices.push({ bytes: cursor.value.bytes, endsMs: cursor.value.endsMs });
  return slices;
}

const ofTrack = (id: string, role: Role): IDBKeyRange => IDBKeyRange.bound([id, role, 0], [id, role, Infinity]);

class DatabaseJournal implements Journal {
  readonly ticks = false;
  onTick: (() => void) | null = null;
  private readonly tables: ReadonlyMap<Role, SliceTable>;

  constructor(
    private readonly id: string,
    private readonly database: TakesDatabase,
    readonly header: TakeHeader | null,
    readonly slices: ReadonlyMap<Role, readonly Slice[]>,
  ) {
    this.tables = new Map([...slices].map(([role, known]) => [role, tableOf(known)]));
  }

  async note(header: TakeHeader): Promise<void> {
    const transaction = this.database.transaction("headers", "readwrite", ON_DISK);
    await transaction.store.put(header);
    await transaction.done;
  }

  async append(role: Role, data: ArrayBuffer, endsMs: number): Promise<void> {
    const table = this.table(role);
    const slice = { bytes: data.byteLength, endsMs };
    const transaction = this.database.transaction("slices", "readwrite", ON_DISK);
    await transaction.store.put({ ...slice, data }, [this.id, role, table.count]);
    await transaction.done;
    table.add(slice);
  }

  async read(role: Role, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const table = this.table(role);
    const buffer = new Uint8Array(Math.max(0, Math.min(length, table.bytes - offset)));
    const first = table.holding(offset);
    let at = first.from - offset;
    for (let number = first.number; at < buffer.length; number++) {
      const slice = await this.database.get("slices", [this.id, role, number]);
      if (!slice) break;
      const data = new Uint8Array(slice.data).subarray(Math.max(0, -at), buffer.length - at);
      buffer.set(data, Math.max(0, at));
      at += slice.bytes;
    }
    return buffer;
  }

  async remove(): Promise<void> {
    await removeFromDatabase(this.database, this.id);
    this.close();
  }

  close(): void {
    this.database.close();
  }

  private table(role: Role): SliceTable {
    const table = this.tables.get(role);
    if (!table) throw new TypeError(`no such role: ${role}`);
    return table;
  }
}

export async function removeFromDatabase(database: TakesDatabase, id: string): Promise<void> {
  const transaction = database.transaction(["headers", "slices"], "readwrite");
  await transaction.objectStore("headers").delete(id);
  for (const role of ROLES)
    await transaction.objectStore("slices").delete(ofTrack(id, role));
  await transaction.done;
}

function tableOf(slices: readonly Slice[]): SliceTable {
  const table = new SliceTable();
  for (const slice of slices) table.add(slice);
  return table;
}
