/** The log of one page load: numbers its events, fills batches, stores them as they grow. */

import type { SecondRange, WatchEvent } from "../api";
import { shelf } from "../shelf";
import { leaveLastWords } from "./last-words";
import type { Outbox, StoredBatch } from "./outbox";
import type { LoggedEvent } from "./recorder";

/** Far below what the server takes in one batch, so that one is never refused for its size. */
const EVENTS_A_BATCH = 500;

export interface SessionOptions {
  outbox: Outbox;
  lectureId: string;
  viewer: string;
  /** 32 random hexadecimal digits: this page load, nobody and nothing else. */
  session: string;
  nowMs: () => number;
}

export class LogSession {
  private seq = 0;
  private number = 0;
  private revision = 0;
  private open: { events: WatchEvent[]; coverage: SecondRange[] } = { events: [], coverage: [] };
  /** Batches of this page that may not have arrived, by id. */
  private readonly unsent = new Map<string, StoredBatch>();

  constructor(private readonly options: SessionOptions) {}

  /** Add to the open batch and store it; resolves once it is on disk. */
  async add(events: readonly LoggedEvent[], coverage: readonly SecondRange[]): Promise<void> {
    if (events.length === 0 && coverage.length === 0) return;
    for (const event of events) this.open.events.push({ ...rounded(event), seq: ++this.seq });
    this.open.coverage.push(...coverage);
    const batch = this.stored();
    this.unsent.set(batch.id, batch);
    if (this.open.events.length >= EVENTS_A_BATCH) this.close();
    await this.options.outbox.put(batch);
  }

  /** Begin a new batch; the one so far is complete. */
  close(): void {
    if (this.open.events.length === 0 && this.open.coverage.length === 0) return;
    this.number += 1;
    this.open = { events: [], coverage: [] };
  }

  /** What of this page the server may not have yet: for a beacon in the page's last moment. */
  unsettled(): StoredBatch[] {
    return [...this.unsent.values()];
  }

  /** The server has answered for this revision of a batch. */
  settled({ id, revision }: StoredBatch): void {
    if (this.unsent.get(id)?.revision === revision) this.unsent.delete(id);
  }

  /** The page may be about to end: what is unsettled is left for the next visit. */
  leave(): void {
    leaveLastWords(shelf, this.options.viewer, this.options.session, this.unsettled());
  }

  /** It did not end. */
  stay(): void {
    leaveLastWords(shelf, this.options.viewer, this.options.session, []);
  }

  private stored(): StoredBatch {
    const { lectureId, viewer, session, nowMs } = this.options;
    const id = `${session}-${this.number}`;
    const revision = ++this.revision;
    return { id, revision, lectureId, viewer, session, storedAtMs: nowMs(), ...structuredClone(this.open) };
  }
}

/** Return 32 random hexadecimal digits. */
export function newSession(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Milliseconds are more than anybody asks for. */
function rounded(event: LoggedEvent): LoggedEvent {
  const milli = (value: number): number => Math.round(value * 1000) / 1000;
  if (event.kind === "seek")
    return { ...event, position_s: milli(event.position_s), target_s: milli(event.target_s) };
  return { ...event, position_s: milli(event.position_s) };
}
