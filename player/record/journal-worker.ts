/**
 * Keeps one take's files: OPFS gives synchronous, flushable files to workers only. Does what it is asked in the
 * order it is asked, and ticks once a second, because a hidden tab's own timers may come once a minute.
 */
import type { Answer, Ask } from "./journal-files";
import { type SyncFile, TakeFiles } from "./take-files";
import { takesFolder } from "./places";

interface SyncFileHandle extends FileSystemFileHandle {
  createSyncAccessHandle(): Promise<SyncFile>;
}

const TICK_MS = 1000;

let files: TakeFiles | null = null;
let turn: Promise<void> = Promise.resolve();

addEventListener("message", ({ data }: MessageEvent<Ask>) => {
  turn = turn.then(() => answer(data));
});

async function answer(ask: Ask): Promise<void> {
  try {
    const value = await done(ask);
    const moved = value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : [];
    reply({ call: ask.call, value }, moved);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    reply({ call: ask.call, error: { name, message } }, []);
  }
}

function reply(answer: Answer, moved: Transferable[]): void {
  postMessage(answer, { transfer: moved });
}

async function done(ask: Ask): Promise<unknown> {
  if (ask.does === "open") return open(ask.id);
  if (files === null) throw new TypeError("the journal is not open");
  switch (ask.does) {
    case "note":
      return files.note(ask.header);
    case "append":
      return files.append(ask.role, ask.data, ask.endsMs);
    case "read":
      return files.read(ask.role, ask.offset, ask.length);
    case "close":
      files.close();
      return null;
  }
}

async function open(id: string): Promise<unknown> {
  const folder = await (await takesFolder(true)).getDirectoryHandle(id, { create: true });
  files = await TakeFiles.open(async (name) => {
    const handle = (await folder.getFileHandle(name, { create: true })) as SyncFileHandle;
    return handle.createSyncAccessHandle();
  });
  setInterval(() => postMessage("tick"), TICK_MS);
  return { header: files.header, slices: files.slices };
}
