/**
 * The list of a track's slices as it lies on the disk, and as it is asked in memory. Pure.
 *
 * One record a slice, of a fixed size: number, bytes, end, SHA-256. A record that is not whole, or whose
 * number is not the next one, ends the list: what comes after was being written when the page died.
 */
export interface Slice {
  bytes: number;
  /** What the take had recorded when the slice came, without pauses. */
  endsMs: number;
}

export interface SliceRecord extends Slice {
  number: number;
  sha256: Uint8Array;
}

export const RECORD_BYTES = 44;
const SHA256_AT = 12;

export function encodeRecord(record: SliceRecord): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(RECORD_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, record.number);
  view.setUint32(4, record.bytes);
  view.setUint32(8, record.endsMs);
  bytes.set(record.sha256, SHA256_AT);
  return bytes;
}

/** Return the records up to the first one that is torn. */
export function decodeRecords(list: Uint8Array): SliceRecord[] {
  const view = new DataView(list.buffer, list.byteOffset, list.byteLength);
  const records: SliceRecord[] = [];
  for (let at = 0; at + RECORD_BYTES <= list.byteLength; at += RECORD_BYTES) {
    const number = view.getUint32(at);
    if (number !== records.length) break;
    const sha256 = list.slice(at + SHA256_AT, at + RECORD_BYTES);
    records.push({ number, bytes: view.getUint32(at + 4), endsMs: view.getUint32(at + 8), sha256 });
  }
  return records;
}

export async function sha256(data: BufferSource): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

export function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** Which second of the take a byte of the track belongs to. 24 bytes a slice: 260 kB in three hours. */
export class SliceTable {
  private readonly ends: { byte: number; ms: number }[] = [];

  get bytes(): number {
    return this.ends.at(-1)?.byte ?? 0;
  }

  get endsMs(): number {
    return this.ends.at(-1)?.ms ?? 0;
  }

  get count(): number {
    return this.ends.length;
  }

  add({ bytes, endsMs }: Slice): void {
    this.ends.push({ byte: this.bytes + bytes, ms: endsMs });
  }

  /** Return the end of the last slice that lies whole before this byte. */
  endsMsBefore(byte: number): number {
    return this.ends[this.indexAt(byte) - 1]?.ms ?? 0;
  }

  /** Return the number of the slice that holds this byte, and where it begins; past the end, the next number. */
  holding(byte: number): { number: number; from: number } {
    const number = this.indexAt(byte);
    return { number, from: this.ends[number - 1]?.byte ?? 0 };
  }

  private indexAt(byte: number): number {
    let [low, high] = [0, this.ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ends[middle]?.byte ?? Infinity) <= byte) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
