/** The server as the recorder sees it: make a lecture, and tus 1.0.0 for its tracks. */
import type { Role } from "./contract";
import { fileName } from "./formats";
import type { HeaderTrack, MadeLecture, Mark, TakeHeader } from "./journal";
import { sha256 } from "./slices";

/** An answer that is no success; status 0 when there was none. The message is for people. */
export class ServerSays extends Error {
  constructor(
    readonly status: number,
    sentence: string,
  ) {
    super(sentence);
  }
}

export interface UploadState {
  offset: number;
  isComplete: boolean;
}

/** What the sender needs of a server. Every method raises ServerSays, and nothing else. */
export interface Server {
  makeLecture(take: TakeHeader, tracks: readonly HeaderTrack[]): Promise<MadeLecture>;
  makeUpload(track: HeaderTrack, trackId: string, token: string | null): Promise<string>;
  uploadState(url: string, token: string | null): Promise<UploadState>;
  /** Append at `offset`; `length` is the whole upload's once it is known. Returns the new offset. */
  append(url: string, chunk: Chunk, token: string | null): Promise<number>;
  /** Say where chapters begin, in place of what was said before. */
  mark(lectureId: string, marks: readonly Mark[], token: string | null): Promise<void>;
}

export interface Chunk {
  offset: number;
  data: Uint8Array<ArrayBuffer>;
  length: number | null;
}

interface LectureAnswer {
  id: string;
  url: string;
  upload_token?: string;
  tracks: { id: string; role: Role }[];
}

const TUS = { "Tus-Resumable": "1.0.0" };
const ANSWER_WITHIN_MS = 30_000;
const CHUNK_WITHIN_MS = 90_000; // the smallest chunk needs 8 s at 32 kbit/s
const SILENCE = "The server does not answer.";

export const httpServer: Server = {
  async makeLecture(take, tracks) {
    const body = JSON.stringify({
      class_id: take.classId,
      title: take.title,
      origin: "browser",
      is_live: take.isLive,
      tracks: tracks.map(({ role, startOffsetMs }) => ({ role, start_offset_ms: startOffsetMs })),
    });
    const key = take.lecturesBefore === 0 ? take.id : `${take.id}-${take.lecturesBefore}`;
    const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
    const response = await ask("/api/lectures", { method: "POST", headers, body }, null);
    const made = (await response.json()) as LectureAnswer;
    return {
      id: made.id,
      url: made.url,
      uploadToken: made.upload_token ?? null,
      trackIds: Object.fromEntries(made.tracks.map(({ id, role }) => [role, id])),
    };
  },

  async makeUpload({ role, type }, trackId, token) {
    const name = fileName(role, type);
    const metadata = `track ${btoa(trackId)},filename ${btoa(name)}`;
    const headers = { ...TUS, "Upload-Defer-Length": "1", "Upload-Metadata": metadata };
    const response = await ask("/uploads/", { method: "POST", headers }, token);
    const location = response.headers.get("Location");
    if (location === null) throw new ServerSays(502, SILENCE);
    return new URL(location, window.location.href).pathname; // never elsewhere: the token goes along
  },

  async uploadState(url, token) {
    const { headers } = await ask(url, { method: "HEAD", headers: TUS }, token);
    const offset = offsetOf(headers);
    return { offset, isComplete: headers.get("Upload-Length") === String(offset) };
  },

  async append(url, { offset, data, length }, token) {
    const headers: Record<string, string> = {
      ...TUS,
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(offset),
      "Upload-Checksum": `sha256 ${btoa(String.fromCharCode(...(await sha256(data))))}`,
    };
    if (length !== null) headers["Upload-Length"] = String(length);
    const response = await ask(url, { method: "PATCH", headers, body: data }, token, CHUNK_WITHIN_MS);
    return offsetOf(response.headers);
  },

  async mark(lectureId, marks, token) {
    const body = JSON.stringify({ marks: marks.map(({ atMs, title }) => ({ at_s: atMs / 1000, title })) });
    const headers = { "Content-Type": "application/json" };
    await ask(`/api/lectures/${lectureId}/marks`, { method: "POST", headers, body }, token);
  },
};

async function ask(url: string, init: RequestInit, token: string | null, withinMs = ANSWER_WITHIN_MS): Promise<Response> {
  const signal = AbortSignal.timeout(withinMs);
  const headers = new Headers(init.headers);
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  const credentials = token === null ? "same-origin" : "omit";
  let response: Response;
  try {
    response = await fetch(url, { ...init, headers, credentials, signal, redirect: "error" });
  } catch {
    throw new ServerSays(0, SILENCE);
  }
  if (!response.ok) throw new ServerSays(response.status, await sentenceOf(response));
  return response;
}

async function sentenceOf(response: Response): Promise<string> {
  try {
    const { error } = (await response.json()) as { error?: unknown };
    if (typeof error === "string") return error;
  } catch {
    // Not ours: a proxy in between answered with a page of its own.
  }
  return `The server answers with status ${response.status}.`;
}

function offsetOf(headers: Headers): number {
  const text = headers.get("Upload-Offset");
  if (text === null) throw new ServerSays(502, SILENCE);
  return Number(text);
}

/** Remove an unfinished upload, or a lecture; what is gone, or may not be removed, is left as it is. */
export async function tryToDelete(url: string, token: string | null): Promise<void> {
  try {
    await ask(url, { method: "DELETE", headers: TUS }, token);
  } catch (error) {
    if (!(error instanceof ServerSays)) throw error;
  }
}
