/** The server as this page sees it, apart from the bytes. */

import type { Delivery, Role, TrackTransfer } from "./state";

export interface PageData {
  viewer: string;
  max_upload_bytes: number;
}

export interface MadeLecture {
  id: string;
  url: string;
  tracks: { id: string; role: Role }[];
}

/** The server said no; the message is its sentence. */
export class Refusal extends Error {}

const PROBE_MS = 10_000;

export const NO_ANSWER = "The server does not answer. Please check the connection and try again.";

/** Make the lecture. Raises Refusal, also when nobody answers. */
export async function makeLecture(classId: string, title: string, roles: Role[]): Promise<MadeLecture> {
  const tracks = roles.map((role) => ({ role, start_offset_ms: 0 }));
  const body = JSON.stringify({ class_id: classId, title, tracks });
  const headers = { "Content-Type": "application/json" };
  let response: Response;
  try {
    response = await fetch("/api/lectures", { method: "POST", headers, body });
  } catch {
    throw new Refusal(NO_ANSWER);
  }
  if (!response.ok) throw new Refusal(sentenceOf(await response.text()));
  return (await response.json()) as MadeLecture;
}

/** Remove a lecture that will not come; what cannot be removed now shows on the class's page. */
export async function removeLecture(lectureId: string): Promise<void> {
  try {
    await fetch(`/api/lectures/${lectureId}`, { method: "DELETE" });
  } catch {
    return;
  }
}

/** End an upload and free its bytes on the server; one that is gone already is fine. */
export async function endUpload(uploadUrl: string): Promise<void> {
  try {
    await fetch(uploadUrl, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } });
  } catch {
    return;
  }
}

/**
 * Return the delivery as the server has it; null when it is gone or has arrived.
 *
 * A server that does not answer changes nothing.
 */
export async function askHowFar(delivery: Delivery): Promise<Delivery | null> {
  const tracks = await Promise.all(delivery.tracks.map(trackOnServer));
  const known = tracks.filter((track) => track !== null);
  if (known.length < tracks.length) return null;
  if (known.every((track) => track.sentBytes >= track.file.sizeBytes)) return null;
  return { ...delivery, tracks: known };
}

async function trackOnServer(track: TrackTransfer): Promise<TrackTransfer | null> {
  if (track.uploadUrl === null) return { ...track, sentBytes: 0 };
  const answer = await askOffset(track.uploadUrl);
  if (answer === "gone") return null;
  return answer === "silence" ? track : { ...track, sentBytes: answer };
}

/** Return how many bytes the server has kept; "silence" when it does not answer with a number. */
export async function askOffset(uploadUrl: string): Promise<number | "gone" | "silence"> {
  try {
    const headers = { "Tus-Resumable": "1.0.0" };
    const signal = AbortSignal.timeout(PROBE_MS);
    const response = await fetch(uploadUrl, { method: "HEAD", headers, signal });
    if (response.status === 404 || response.status === 410) return "gone";
    const offset = response.headers.get("Upload-Offset");
    return offset === null ? "silence" : Number(offset);
  } catch {
    return "silence";
  }
}

/** Return the sentence of an error's body. */
export function sentenceOf(body: string): string {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null && "error" in parsed) return String(parsed.error);
  } catch {
    // Not ours: a proxy in between answered with a page of its own.
  }
  return "The server could not take this. Please try again.";
}
