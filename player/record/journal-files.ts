/** The journal in files of the origin: asks a worker, which alone may write them (journal-worker.ts). */
import type { Role } from "./contract";
import type { Journal, TakeHeader } from "./journal";
import type { Slice } from "./slices";
import { takesFolder } from "./places";

export type Ask = { call: number } & Request;

type Request =
  | { does: "open"; id: string }
  | { does: "note"; header: TakeHeader }
  | { does: "append"; role: Role; data: ArrayBuffer; endsMs: number }
  | { does: "read"; role: Role; offset: number; length: number }
  | { does: "close" };

export interface Answer {
  call: number;
  value?: unknown;
  error?: { name: string; message: string };
}

interface Opened {
  header: TakeHeader | null;
  slices: ReadonlyMap<Role, readonly Slice[]>;
}

/** Raises DOMException or Error where the browser has no such files. */
export async function openFileJournal(id: string): Promise<Journal> {
  const worker = new Clerk();
  try {
    const { header, slices } = (await worker.ask({ does: "open", id })) as Opened;
    return new FileJournal(id, worker, header, slices);
  } catch (error) {
    worker.end();
    throw error;
  }
}

class FileJournal implements Journal {
  readonly ticks = true;

  constructor(
    private readonly id: string,
    private readonly worker: Clerk,
    readonly header: TakeHeader | null,
    readonly slices: ReadonlyMap<Role, readonly Slice[]>,
  ) {}

  set onTick(listener: (() => void) | null) {
    this.worker.onTick = listener;
  }

  get onTick(): (() => void) | null {
    return this.worker.onTick;
  }

  async note(header: TakeHeader): Promise<void> {
    await this.worker.ask({ does: "note", header });
  }

  async append(role: Role, data: ArrayBuffer, endsMs: number): Promise<void> {
    await this.worker.ask({ does: "append", role, data, endsMs });
  }

  async read(role: Role, offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return (await this.worker.ask({ does: "read", role, offset, length })) as Uint8Array<ArrayBuffer>;
  }

  async remove(): Promise<void> {
    await this.worker.ask({ does: "close" });
    this.worker.end();
    await (await takesFolder(false)).removeEntry(this.id, { recursive: true });
  }

  close(): void {
    this.worker.end(); // its files are closed with it; what counts as safe has been flushed
  }
}

/** The worker, asked as if it were a function. */
class Clerk {
  onTick: (() => void) | null = null;
  private readonly worker = new Worker(new URL("./journal-worker.ts", import.meta.url), { type: "module" });
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private calls = 0;

  constructor() {
    this.worker.addEventListener("message", ({ data }: MessageEvent<Answer | "tick">) => {
      if (data === "tick") return this.onTick?.();
      this.waiting.get(data.call)?.(data);
    });
    this.worker.addEventListener("error", (event) => {
      event.preventDefault();
      const error = { name: "Error", message: event.message || "the journal's worker did not start" };
      for (const [call, tell] of this.waiting) tell({ call, error });
    });
  }

  ask(request: Request): Promise<unknown> {
    const call = ++this.calls;
    return new Promise((resolve, reject) => {
      this.waiting.set(call, ({ value, error }) => {
        this.waiting.delete(call);
        if (error) reject(new DOMException(error.message, error.name));
        else resolve(value);
      });
      this.worker.postMessage({ ...request, call }); // copied, not moved: a full disk may refuse a slice
    });
  }

  end(): void {
    this.worker.terminate();
  }
}
