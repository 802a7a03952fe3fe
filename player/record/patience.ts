/** When to try again, and what an answer means. Pure. */
import type { TakeTrouble } from "./contract";

const FIRST_CHUNK_BYTES = 256 << 10;
const MIN_CHUNK_BYTES = 32 << 10;
const MAX_CHUNK_BYTES = 1 << 20; // what a track holds in memory
const CHUNK_GOAL_MS = 2000; // a lost connection then costs about this much to send again

export const firstChunkBytes = FIRST_CHUNK_BYTES;

/** How much to send next after a chunk that took so long: about CHUNK_GOAL_MS worth, and twice as much at most. */
export function nextChunkBytes(sentBytes: number, tookMs: number): number {
  const fitting = (sentBytes * CHUNK_GOAL_MS) / Math.max(tookMs, 1);
  return Math.round(Math.max(MIN_CHUNK_BYTES, Math.min(MAX_CHUNK_BYTES, fitting, 2 * sentBytes)));
}

/** How much to send after a failure. */
export const lessBytes = (chunkBytes: number): number => Math.max(MIN_CHUNK_BYTES, chunkBytes >> 2);

/**
 * What to do after an answer that is no success: wait and try the same; ask the server where it is; make the upload
 * anew (it is gone); make the lecture anew (it is gone, or was finished without what is here); go on without the token; or wait for people.
 */
export type Reaction = "wait" | "ask" | "upload-anew" | "lecture-anew" | "without-token" | TakeTrouble;

export type Step = "lecture" | "upload" | "state" | "marks" | "append";

const PASSING = new Set([0, 408, 423, 425, 429]);

/** `hasToken`: whether the answer was to the take's own token, and not to the session's cookie. */
export function reactionTo(status: number, step: Step, hasToken: boolean): Reaction {
  if (status === 507 || status === 413) return "server-full";
  if (PASSING.has(status) || status >= 500) return "wait";
  if (status === 401 && hasToken) return "without-token";
  const isOfUpload = step === "state" || step === "append";
  if (isOfUpload && (status === 404 || status === 410)) return "upload-anew";
  if (step === "upload" && status === 404) return "lecture-anew";
  if (step === "state" && status === 409) return "lecture-anew";
  if (step === "append" && [400, 409, 460].includes(status)) return "ask";
  return "refused";
}

/** How long to wait after `failures` in a row, from 1: half a second, doubling, to 8 s; a refusal, to a minute. */
export function waitMs(failures: number, isRefusal: boolean): number {
  return Math.min(isRefusal ? 60_000 : 8000, 250 * 2 ** Math.min(failures, 10));
}

const SIGNED_OUT =
  "You are signed out. Sign in again in another tab and the sending goes on by itself; the recording is safe on this computer.";
const OFFLINE = "The server cannot be reached. The recording goes on and is safe on this computer; it is sent as soon as the server answers.";

/** Return what to tell people of an answer. */
export function sentenceFor(status: number, says: string): string {
  if (PASSING.has(status) || (status >= 500 && status !== 507)) return OFFLINE;
  if (status === 401) return SIGNED_OUT;
  return `${says} The recording is safe on this computer.`;
}
