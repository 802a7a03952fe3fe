/** Sends what the outbox holds, in order, until the server has acknowledged it. */

import type { WatchBatch } from "../api";
import type { Outbox, StoredBatch } from "./outbox";

export type Answer = "acknowledged" | "refused" | "later";

/**
 * Tell what an HTTP status means for a batch; null is no answer at all. Signed out (401), too
 * often (429) and the server's own trouble pass; what it refuses otherwise it refuses for ever.
 */
export function answerOf(status: number | null): Answer {
  if (status === null || status >= 500) return "later";
  if (status < 300) return "acknowledged";
  return status < 400 || [401, 408, 425, 429].includes(status) ? "later" : "refused";
}

/** Return how long to wait after `failures` failures in a row: 2 s, doubling, up to a minute. */
export function pauseMs(failures: number): number {
  return Math.min(60_000, 2000 * 2 ** Math.max(0, failures - 1));
}

export type Post = (url: string, body: string) => Promise<number | null>;

/** Post JSON; the status, or null when there was no answer. */
export const postJson: Post = async (url, body) => {
  try {
    const headers = { "Content-Type": "application/json" };
    return (await fetch(url, { method: "POST", headers, body })).status;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
};

export function watchUrl(lectureId: string): string {
  return `/api/lectures/${lectureId}/watch`;
}

/** What of a stored batch goes over the wire. */
export function bodyOf({ session, events, coverage }: StoredBatch): string {
  return JSON.stringify({ session, events, coverage } satisfies WatchBatch);
}

/** One sender per page: never two requests at a time, so that a session's batches stay in order. */
export class Sender {
  private failures = 0;
  private queue: Promise<void> = Promise.resolve();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly outbox: Outbox,
    private readonly viewer: string,
    private readonly signal: AbortSignal,
    private readonly onSettled: (batch: StoredBatch) => void,
    private readonly post: Post = postJson,
  ) {
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
  }

  /** Send everything there is; what cannot be sent now is tried again by itself. */
  drain(): Promise<void> {
    clearTimeout(this.timer);
    this.queue = this.queue.then(() => this.sendAll());
    return this.queue;
  }

  private async sendAll(): Promise<void> {
    for (const batch of inOrder(await this.outbox.of(this.viewer))) {
      const status = await this.post(watchUrl(batch.lectureId), bodyOf(batch));
      const answer = answerOf(status);
      if (answer === "later") {
        this.retryLater();
        return;
      }
      if (answer === "refused") console.warn(`watch log refused status=${status ?? 0} batch=${batch.id}`);
      this.failures = 0;
      await this.outbox.settle(batch);
      this.onSettled(batch);
    }
  }

  private retryLater(): void {
    this.failures += 1;
    clearTimeout(this.timer);
    if (this.signal.aborted) return;
    this.timer = setTimeout(() => void this.drain(), pauseMs(this.failures));
  }
}

/** Sessions one after another, each by the number of its batches. */
export function inOrder(batches: readonly StoredBatch[]): StoredBatch[] {
  const number = (batch: StoredBatch): number => Number(batch.id.split("-")[1] ?? 0);
  return [...batches].sort((a, b) => a.session.localeCompare(b.session) || number(a) - number(b));
}
