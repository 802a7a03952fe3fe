/**
 * What can be sent of a track: the slices that are safe in the journal, and no others.
 *
 * Except while this computer is full: then slices wait in memory, a few minutes of them at most, and are sent
 * from there. Once one has gone to the server without having reached the journal, the journal ends before it.
 */
import type { Role } from "./contract";
import type { Journal } from "./journal";
import { SliceTable } from "./slices";

interface WaitingSlice {
  from: number;
  data: ArrayBuffer;
  endsMs: number;
}

export class KeptTrack {
  readonly table = new SliceTable();
  /** What the server has. */
  sentBytes = 0;
  /** What lies in the journal: bytes, and until when. */
  journaledBytes: number;
  journaledMs: number;
  private waiting: WaitingSlice[] = [];
  private hasLeftJournal = false;

  constructor(
    readonly role: Role,
    private readonly journal: Pick<Journal, "append" | "read" | "slices">,
  ) {
    for (const slice of journal.slices.get(role) ?? []) this.table.add(slice);
    this.journaledBytes = this.table.bytes;
    this.journaledMs = this.table.endsMs;
  }

  get waitingBytes(): number {
    return this.waiting.reduce((sum, { data }) => sum + data.byteLength, 0);
  }

  get onServerMs(): number {
    return this.table.endsMsBefore(this.sentBytes);
  }

  /** Keep a slice, one at a time. Returns false when the computer is full and it lies in memory only. */
  async keep(data: ArrayBuffer, endsMs: number): Promise<boolean> {
    const slices = [...this.waiting, { from: this.table.bytes, data, endsMs }];
    if (this.hasLeftJournal || !(await this.settle(slices))) this.wait(slices.slice(-1));
    this.table.add({ bytes: data.byteLength, endsMs });
    return this.waiting.length === 0;
  }

  /** Return at most `length` bytes from `offset` on; none at the end. */
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    if (offset < this.journaledBytes)
      return this.journal.read(this.role, offset, Math.min(length, this.journaledBytes - offset));
    const slice = this.waiting.find(({ from, data }) => from <= offset && offset < from + data.byteLength);
    if (!slice) return new Uint8Array();
    const at = offset - slice.from;
    return new Uint8Array(slice.data.slice(at, at + length));
  }

  /** Bring slices into the journal, in order. Returns false when it takes no more. */
  private async settle(slices: readonly WaitingSlice[]): Promise<boolean> {
    for (const { data, endsMs } of slices) {
      try {
        await this.journal.append(this.role, data, endsMs);
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        console.warn("recorder: the journal takes no more", error);
        return false;
      }
      this.waiting = this.waiting.slice(1);
      this.journaledBytes += data.byteLength;
      this.journaledMs = endsMs;
    }
    return true;
  }

  private wait(slice: readonly WaitingSlice[]): void {
    const needed = this.waiting.filter(({ from, data }) => from + data.byteLength > this.sentBytes);
    if (needed.length < this.waiting.length) this.hasLeftJournal = true;
    this.waiting = [...needed, ...slice];
  }
}
