/**
 * A take in files of the origin (OPFS), as the journal's worker keeps them: a folder a take; in it the header
 * and, a track, the bytes and the list of their slices.
 *
 * Bytes are flushed before their record is written, and the record before the slice counts. So a record
 * without its bytes is impossible unless the disk lies, which the checksum tells; bytes without a record are
 * the torn slice of a page that died, and are cut off.
 */
import type { Role } from "./contract";
import type { TakeHeader } from "./journal";
import { bytesFile, HEADER_FILE, listFile, ROLES } from "./places";
import { encodeHeader, lastHeader } from "./take-header";
import { areEqual, decodeRecords, encodeRecord, sha256, type Slice, type SliceRecord } from "./slices";

/** FileSystemSyncAccessHandle, which TypeScript knows in workers only. */
export interface SyncFile {
  read(buffer: Uint8Array, options: { at: number }): number;
  write(buffer: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

/** Opens one of the take's files, making it where it is missing. */
export type OpenFile = (name: string) => Promise<SyncFile>;

export class TakeFiles {
  private constructor(
    private readonly headerFile: SyncFile,
    private readonly tracks: ReadonlyMap<Role, TrackFiles>,
    readonly header: TakeHeader | null,
  ) {}

  /** Open a take, cutting off what a page that died left torn. */
  static async open(openFile: OpenFile): Promise<TakeFiles> {
    const headerFile = await openFile(HEADER_FILE);
    const tracks = new Map<Role, TrackFiles>();
    for (const role of ROLES)
      tracks.set(role, await TrackFiles.open(await openFile(bytesFile(role)), await openFile(listFile(role))));
    return new TakeFiles(headerFile, tracks, await lastHeader(readAll(headerFile)));
  }

  get slices(): ReadonlyMap<Role, readonly Slice[]> {
    return new Map([...this.tracks].map(([role, track]) => [role, track.slices]));
  }

  async note(header: TakeHeader): Promise<void> {
    const line = await encodeHeader(header);
    writeWhole(this.headerFile, line, this.headerFile.getSize());
    this.headerFile.flush();
  }

  append(role: Role, data: ArrayBuffer, endsMs: number): Promise<void> {
    return this.track(role).append(new Uint8Array(data), endsMs);
  }

  read(role: Role, offset: number, length: number): Uint8Array<ArrayBuffer> {
    return this.track(role).read(offset, length);
  }

  close(): void {
    this.headerFile.close();
    for (const track of this.tracks.values()) track.close();
  }

  private track(role: Role): TrackFiles {
    const track = this.tracks.get(role);
    if (!track) throw new TypeError(`no such role: ${role}`);
    return track;
  }
}

class TrackFiles {
  private constructor(
    private readonly bytes: SyncFile,
    private readonly list: SyncFile,
    private sizeBytes: number,
    private count: number,
    /** Those of the last visit. */
    readonly slices: readonly Slice[],
  ) {}

  static async open(bytes: SyncFile, list: SyncFile): Promise<TrackFiles> {
    const records = await wholeRecords(bytes, decodeRecords(readAll(list)));
    const sizeBytes = records.reduce((sum, record) => sum + record.bytes, 0);
    bytes.truncate(sizeBytes);
    const slices = records.map((record) => ({ bytes: record.bytes, endsMs: record.endsMs }));
    return new TrackFiles(bytes, list, sizeBytes, records.length, slices);
  }

  /** Raises what the disk raises, after which the track is as it was. */
  async append(data: Uint8Array<ArrayBuffer>, endsMs: number): Promise<void> {
    const digest = await sha256(data);
    const record = encodeRecord({ number: this.count, bytes: data.length, endsMs, sha256: digest });
    writeWhole(this.bytes, data, this.sizeBytes);
    this.bytes.flush();
    writeWhole(this.list, record, this.count * record.length);
    this.list.flush();
    this.sizeBytes += data.length;
    this.count += 1;
  }

  read(offset: number, length: number): Uint8Array<ArrayBuffer> {
    const buffer = new Uint8Array(Math.max(0, Math.min(length, this.sizeBytes - offset)));
    return buffer.subarray(0, this.bytes.read(buffer, { at: offset }));
  }

  close(): void {
    this.bytes.close();
    this.list.close();
  }
}

/** Drop records from the end until the last one's bytes are there and are the ones that were written. */
async function wholeRecords(bytes: SyncFile, records: SliceRecord[]): Promise<SliceRecord[]> {
  const sizeBytes = bytes.getSize();
  let endsAt = records.reduce((sum, record) => sum + record.bytes, 0);
  for (let last = records.at(-1); last; last = records.at(-1)) {
    const data = new Uint8Array(last.bytes);
    if (endsAt <= sizeBytes) {
      bytes.read(data, { at: endsAt - last.bytes });
      if (areEqual(await sha256(data), last.sha256)) break;
    }
    endsAt -= last.bytes;
    records.pop();
  }
  return records;
}

function readAll(file: SyncFile): Uint8Array<ArrayBuffer> {
  const buffer = new Uint8Array(file.getSize());
  file.read(buffer, { at: 0 });
  return buffer;
}

/** A full disk may take a part only; what it took lies behind the end and is written over. */
function writeWhole(file: SyncFile, data: Uint8Array, at: number): void {
  if (file.write(data, { at }) < data.length)
    throw new DOMException("the disk took a part only", "QuotaExceededError");
}
