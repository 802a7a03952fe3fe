/**
 * What a page could not hand over in its last moment.
 *
 * IndexedDB writes begun while a page is being closed are lost (seen in Chromium 156), and without
 * a network a beacon is, too. Local storage writes at once: it carries the last batches to the next
 * visit, which puts them into the outbox.
 */

import type { Outbox, StoredBatch } from "./outbox";

const PREFIX = "flipcast.log.";

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Leave these batches for the next visit; nothing to leave clears what was left before. */
export function leaveLastWords(shelf: Shelf, viewer: string, session: string, batches: readonly StoredBatch[]): void {
  const name = PREFIX + viewer;
  const others = read(shelf, name).filter((batch) => batch.session !== session);
  const left = [...others, ...batches];
  if (left.length === 0) shelf.removeItem(name);
  else shelf.setItem(name, JSON.stringify(left));
}

/** Move what earlier pages left into the outbox. */
export async function takeLastWords(shelf: Shelf, viewer: string, outbox: Outbox): Promise<void> {
  const name = PREFIX + viewer;
  const left = read(shelf, name);
  const stored = new Map((await outbox.of(viewer)).map((batch) => [batch.id, batch.revision]));
  for (const batch of left) if (batch.revision > (stored.get(batch.id) ?? 0)) await outbox.put(batch);
  shelf.removeItem(name);
}

function read(shelf: Shelf, name: string): StoredBatch[] {
  return JSON.parse(shelf.getItem(name) ?? "[]") as StoredBatch[];
}
