/**
 * Takes that a page left behind when it ended: what lies in the journal and no open page holds.
 *
 * Small, and starts nothing: every page of a teacher may ask. What sends them is loaded when it is wanted.
 */
import type { InterruptedTake, Safe } from "./contract";
import type { TakeHeader } from "./journal";
import { decodeRecords } from "./slices";
import { hasDatabase, HEADER_FILE, listFile, lockOf, ROLES, takesFolder } from "./places";
import { lastHeader } from "./take-header";

/** Return the takes that can be sent, the newest first; none where the browser keeps nothing. */
export async function interruptedTakes(): Promise<InterruptedTake[]> {
  const locks = await navigator.locks.query();
  const held = new Set(locks.held?.map(({ name }) => name));
  const isFree = (id: string): boolean => !held.has(lockOf(id));
  const found = [...(await inFiles(isFree)), ...(await inDatabase(isFree))];
  return found.sort((one, other) => other.startedAt - one.startedAt);
}

/** Send what there is of a take and return where its lecture is; it is forgotten here when the server has it. */
export async function finishTake(id: string, onSafe: (now: Safe) => void): Promise<{ url: string }> {
  return (await import("./finish")).finish(id, onSafe);
}

/** Forget a take, here and, as far as it was not complete there, on the server. */
export async function discardTake(id: string): Promise<void> {
  await (await import("./finish")).discard(id);
}

async function inFiles(isFree: (id: string) => boolean): Promise<InterruptedTake[]> {
  const found: InterruptedTake[] = [];
  try {
    const folder = await takesFolder(false);
    for await (const [id, take] of folder.entries()) {
      if (!isFree(id) || take.kind !== "directory") continue;
      const facts = await factsOf(take);
      if (facts) found.push(facts);
    }
  } catch (error) {
    if (!(error instanceof DOMException)) throw error; // nothing was recorded here, or nothing is kept here
  }
  return found;
}

async function factsOf(folder: FileSystemDirectoryHandle): Promise<InterruptedTake | null> {
  const header = await lastHeader(await bytesOf(folder, HEADER_FILE));
  const lists = await Promise.all(ROLES.map((role) => bytesOf(folder, listFile(role))));
  return header && interrupted(header, Math.max(...lists.map(endsMs)));
}

const endsMs = (list: Uint8Array): number => decodeRecords(list).at(-1)?.endsMs ?? 0;

async function bytesOf(folder: FileSystemDirectoryHandle, name: string): Promise<Uint8Array> {
  const file = await (await folder.getFileHandle(name)).getFile();
  return new Uint8Array(await file.arrayBuffer());
}

async function inDatabase(isFree: (id: string) => boolean): Promise<InterruptedTake[]> {
  if (!(await hasDatabase())) return [];
  const { headersWithEnds } = await import("./journal-database");
  const takes = await headersWithEnds();
  return takes.flatMap(({ header, endsMs }) => (isFree(header.id) ? (interrupted(header, endsMs) ?? []) : []));
}

function interrupted({ id, startedAt, title }: TakeHeader, recordedMs: number): InterruptedTake | null {
  return recordedMs > 0 ? { id, startedAt, title, recordedS: recordedMs / 1000 } : null;
}
