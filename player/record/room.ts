/** How long this computer still has room for a take. The decision is pure. */

const ENOUGH_MS = 10 * 60_000;
const FULL_RATE_BYTES_PER_MS = 470; // a screen at 2.5 Mbit/s with a camera at 1.2

/** Return what to say when the room will not last for ten minutes; null when it will. `rate`: bytes a ms so far. */
export function roomSentence(leftBytes: number, bytes: number, recordedMs: number): string | null {
  const rate = recordedMs > 60_000 ? bytes / recordedMs : FULL_RATE_BYTES_PER_MS;
  const leftMs = leftBytes / Math.max(rate, 1);
  if (leftMs >= ENOUGH_MS) return null;
  const minutes = Math.floor(leftMs / 60_000);
  const left = minutes < 2 ? "a minute" : `${minutes} minutes`;
  return `This computer has room for about ${left} more of this recording. Free some space, or stop soon.`;
}

/** Return how many bytes the browser would still keep; null where it does not say. */
export async function leftBytes(): Promise<number | null> {
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined || usage === undefined ? null : quota - usage;
}
