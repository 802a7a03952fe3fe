/**
 * What has been logged and not been acknowledged, kept in IndexedDB so that a closed tab, a dead
 * battery or a week without network loses nothing.
 *
 * A stored batch is always whole: it is put again, with a higher revision, whenever it grows. What
 * the server acknowledged is a revision; a batch that has grown since then stays.
 */

import { openDB } from "idb";
import type { DBSchema, IDBPDatabase } from "idb";

import type { WatchBatch } from "../api";

export interface StoredBatch extends WatchBatch {
  /** `session`-`number`: unique, and in order within a session. */
  id: string;
  lectureId: string;
  revision: number;
  /** Whose log it is: on a shared computer nobody sends another's. */
  viewer: string;
  /** This computer's clock; only for throwing away what nobody came back for. Never sent. */
  storedAtMs: number;
}

interface Schema extends DBSchema {
  batches: { key: string; value: StoredBatch };
}

export interface Outbox {
  put(batch: StoredBatch): Promise<void>;
  /** Forget a batch, unless it has grown. */
  settle(batch: StoredBatch): Promise<void>;
  /** What this viewer's tabs have left, in no order. */
  of(viewer: string): Promise<StoredBatch[]>;
}

const KEPT_MS = 30 * 24 * 3600 * 1000; // the server keeps raw events no longer either

/** Open the outbox; where the browser allows no storage, one that lives as long as the page. */
export async function openOutbox(nowMs: number): Promise<Outbox> {
  try {
    const database = await openDB<Schema>("flipcast-watch", 1, {
      upgrade(fresh) {
        fresh.createObjectStore("batches", { keyPath: "id" });
      },
    });
    await dropOld(database, nowMs);
    return {
      put: async (batch) => {
        await database.put("batches", batch);
      },
      settle: (batch) => settle(database, batch),
      of: async (viewer) => (await database.getAll("batches")).filter((batch) => batch.viewer === viewer),
    };
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return memoryOutbox();
  }
}

export function memoryOutbox(): Outbox {
  const batches = new Map<string, StoredBatch>();
  return {
    put: (batch) => Promise.resolve(void batches.set(batch.id, batch)),
    settle: (batch) => {
      if (batches.get(batch.id)?.revision === batch.revision) batches.delete(batch.id);
      return Promise.resolve();
    },
    of: (viewer) => Promise.resolve([...batches.values()].filter((batch) => batch.viewer === viewer)),
  };
}

async function settle(database: IDBPDatabase<Schema>, batch: StoredBatch): Promise<void> {
  const transaction = database.transaction("batches", "readwrite");
  const now = await transaction.store.get(batch.id);
  if (now?.revision === batch.revision) await transaction.store.delete(batch.id);
  await transaction.done;
}

async function dropOld(database: IDBPDatabase<Schema>, nowMs: number): Promise<void> {
  for (const batch of await database.getAll("batches"))
    if (nowMs - batch.storedAtMs > KEPT_MS) await database.delete("batches", batch.id);
}
