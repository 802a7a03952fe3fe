/** Sends, or forgets, a take that a page left behind. Loaded only when a person wants it. */
import type { Safe } from "./contract";
import { HeldTake, hold } from "./held-take";
import { type Journal, leftJournal } from "./journal";
import { Sender } from "./sender";
import { httpServer, ServerSays, tryToDelete } from "./server";

/** The take cannot be had: another page has it, or nothing of it is here. */
export class TakeNotHere extends Error {}

const TICK_MS = 1000;

export async function finish(id: string, onSafe: (now: Safe) => void): Promise<{ url: string }> {
  return withTake(id, async (take, journal) => {
    const safe = (): void => onSafe(take.safe(Math.max(...take.tracks.map(({ table }) => table.endsMs))));
    const events = { sent: safe, trouble: () => undefined, lecture: () => undefined };
    const sender = new Sender(take, httpServer, events);
    const listening = new AbortController();
    window.addEventListener("online", () => sender.hurry(), { signal: listening.signal });
    const timer = setInterval(() => sender.wake(), TICK_MS);
    sender.complete();
    await sender.run();
    listening.abort();
    clearInterval(timer);
    await journal.remove();
    return { url: take.header.lecture?.url ?? "/" };
  });
}

export async function discard(id: string): Promise<void> {
  await withTake(id, async ({ header: { lecture, uploads } }, journal) => {
    const token = lecture?.uploadToken ?? null;
    const urls = Object.values(uploads);
    const areWhole = await Promise.all(urls.map((url) => isWhole(url, token)));
    for (const url of urls) await tryToDelete(url, token);
    if (lecture && !areWhole.includes(true)) await tryToDelete(`/api/lectures/${lecture.id}`, null);
    await journal.remove();
  });
}

/** Whether a track has arrived: then the lecture is no longer this computer's to remove. */
async function isWhole(url: string, token: string | null): Promise<boolean> {
  try {
    return (await httpServer.uploadState(url, token)).isComplete;
  } catch (error) {
    if (error instanceof ServerSays) return ![404, 410].includes(error.status);
    throw error;
  }
}

async function withTake<T>(id: string, act: (take: HeldTake, journal: Journal) => Promise<T>): Promise<T> {
  const release = await hold(id);
  if (!release) throw new TakeNotHere("Another page is sending this recording.");
  try {
    const journal = await leftJournal(id);
    if (!journal.header) {
      await journal.remove();
      throw new TakeNotHere("Nothing of this recording is on this computer any more.");
    }
    return await act(new HeldTake(journal, journal.header), journal);
  } finally {
    release();
  }
}
