/**
 * Sends a delivery's files with tus-js-client, one after the other, until they have arrived.
 *
 * A lost connection is retried for ever: a teacher's Wi-Fi may be away for an hour, and the
 * server keeps what it has. tus-js-client's own retries end after a fixed number, so they are off.
 */

import { DetailedError, Upload } from "tus-js-client";

import { askOffset, Refusal, sentenceOf } from "./api";
import { type Delivery, type Role, type TrackTransfer, unfinished, type UploadEvent } from "./state";

const CHUNK_BYTES = 8 * 2 ** 20; // a proxy that gathers bodies delays an acknowledgement by this
const SILENT_MS = 20_000; // the browser reports no byte for so long: look whether any arrives
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Answers after which the same request may succeed: too slow, moved on, locked, too often, busy. */
const PASSING = new Set([408, 409, 423, 425, 429, 500, 502, 503, 504]);

export type Dispatch = (event: UploadEvent) => void;

/** Send what is unfinished. Ends when all has arrived, the server refuses, or `stop` is aborted. */
export async function send(
  delivery: Delivery,
  files: ReadonlyMap<Role, File>,
  dispatch: Dispatch,
  stop: AbortSignal,
): Promise<void> {
  for (const track of unfinished(delivery)) {
    const file = files.get(track.role);
    if (!file) return;
    try {
      await sendTrack({ ...track }, file, dispatch, stop);
    } catch (error) {
      if (stop.aborted) return;
      if (!(error instanceof Refusal)) throw error;
      dispatch({ type: "refused", reason: error.message });
      return;
    }
    dispatch({ type: "arrived", role: track.role });
  }
}

async function sendTrack(
  track: TrackTransfer,
  file: File,
  dispatch: Dispatch,
  stop: AbortSignal,
): Promise<void> {
  let failures = 0;
  const onSent = (sentBytes: number): void => {
    failures = 0;
    dispatch({ type: "sent", role: track.role, sentBytes, atMs: performance.now() });
  };
  const onAddress = (uploadUrl: string): void => {
    track.uploadUrl = uploadUrl;
    dispatch({ type: "addressed", role: track.role, uploadUrl });
  };
  while (!(await attempt(track, file, { onSent, onAddress, stop }))) {
    dispatch({ type: "lost" });
    await pauseOrOnline(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0, stop);
    failures += 1;
  }
}

interface Attempt {
  onSent: (sentBytes: number) => void;
  onAddress: (uploadUrl: string) => void;
  stop: AbortSignal;
}

/** Try once: true when the track has arrived, false when the connection broke. Raises Refusal. */
function attempt(track: TrackTransfer, file: File, { onSent, onAddress, stop }: Attempt): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    let silence = 0;
    let seenBytes = -1;
    const end = (finish: () => void): void => {
      if (ended.signal.aborted) return;
      ended.abort();
      clearTimeout(silence);
      finish();
    };
    const listen = (): void => {
      clearTimeout(silence);
      silence = window.setTimeout(() => void look(), SILENT_MS);
    };
    // On a poor link the system's buffers swallow megabytes at once and then drain for minutes,
    // unseen by the browser. The server's offset tells that apart from a dead connection.
    const look = async (): Promise<void> => {
      const offset = upload.url === null ? "silence" : await askOffset(upload.url);
      if (ended.signal.aborted) return;
      if (typeof offset === "number" && offset > seenBytes) {
        seenBytes = offset;
        listen();
        return;
      }
      void upload.abort();
      end(() => resolve(false));
    };
    const upload = new Upload(file, {
      endpoint: "/uploads/",
      uploadUrl: track.uploadUrl,
      metadata: { track: track.trackId, filename: file.name, filetype: file.type },
      chunkSize: CHUNK_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false, // memory.ts keeps lecture and tracks together
      onUploadUrlAvailable: () => {
        if (upload.url !== null) onAddress(upload.url);
      },
      onProgress: (sentBytes) => {
        if (ended.signal.aborted) return;
        listen();
        onSent(sentBytes);
      },
      onSuccess: () => end(() => resolve(true)),
      onError: (error) => end(() => settle(error, resolve, reject)),
    });
    stop.addEventListener(
      "abort",
      () => {
        void upload.abort();
        end(() => reject(new Refusal("stopped")));
      },
      { signal: ended.signal },
    );
    listen();
    upload.start();
  });
}

function settle(
  error: Error,
  resolve: (hasArrived: boolean) => void,
  reject: (reason: Error) => void,
): void {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  const status = response?.getStatus() ?? 0;
  if (error instanceof DetailedError && (status === 0 || PASSING.has(status))) resolve(false);
  else if (response) reject(new Refusal(sentenceOf(response.getBody())));
  else reject(new Refusal("This file cannot be read any more. Please choose it again."));
}

/** Wait, but not longer than until the browser says that the network is back. */
function pauseOrOnline(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const ended = new AbortController();
    const end = (): void => {
      ended.abort();
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(end, ms);
    window.addEventListener("online", end, { signal: ended.signal });
    stop.addEventListener("abort", end, { signal: ended.signal });
  });
}
