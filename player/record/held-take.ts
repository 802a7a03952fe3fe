/** A take that this page holds: journal, header and tracks together, and the lock that keeps others away. */
import type { Role, Safe } from "./contract";
import type { Journal, TakeHeader } from "./journal";
import { KeptTrack } from "./kept-track";
import type { Outgoing } from "./sender";
import { lockOf } from "./places";

export class HeldTake implements Outgoing {
  readonly tracks: readonly KeptTrack[];

  constructor(
    private readonly journal: Journal,
    public header: TakeHeader,
  ) {
    this.tracks = header.tracks.map(({ role }) => new KeptTrack(role, journal));
  }

  get waitingBytes(): number {
    return this.tracks.reduce((sum, track) => sum + track.waitingBytes, 0);
  }

  track(role: Role): KeptTrack | undefined {
    return this.tracks.find((track) => track.role === role);
  }

  async note(changes: Partial<TakeHeader>): Promise<void> {
    this.header = { ...this.header, ...changes };
    try {
      await this.journal.note(this.header);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      console.warn("recorder: the journal did not take the header", error); // a full disk: this page goes on
    }
  }

  /** How far it is; a take is as safe as its track that is least so. */
  safe(recordedMs: number): Safe {
    const least = (ms: (track: KeptTrack) => number): number => Math.min(...this.tracks.map(ms)) / 1000;
    const sum = (bytes: (track: KeptTrack) => number): number => this.tracks.reduce((all, each) => all + bytes(each), 0);
    return {
      recordedS: recordedMs / 1000,
      onComputerS: least(({ journaledMs }) => journaledMs),
      onServerS: least(({ onServerMs }) => onServerMs),
      bytes: sum(({ table }) => table.bytes),
      sentBytes: sum(({ sentBytes }) => sentBytes),
    };
  }
}

/** Hold a take until the returned function is called or the page ends; null when another page holds it. */
export function hold(takeId: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const task = (lock: Lock | null): Promise<void> | undefined => {
      if (lock) return new Promise((release) => resolve(release));
      resolve(null);
      return undefined;
    };
    navigator.locks.request(lockOf(takeId), { ifAvailable: true }, task).catch(reject);
  });
}
