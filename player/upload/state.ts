/** What the upload page is doing: one union, moved by one pure function. No DOM, no network. */

export type Role = "presentation" | "presenter";
export type Slot = "recording" | "camera";

/** What the browser tells about a chosen file; enough to know it again after a reload. */
export interface FileFacts {
  name: string;
  sizeBytes: number;
  modifiedMs: number;
}

export interface TrackTransfer {
  role: Role;
  trackId: string;
  file: FileFacts;
  /** Bytes the server has, or that are on their way to it. */
  sentBytes: number;
  /** Where the server takes them; null until it has said so. */
  uploadUrl: string | null;
}

/** A lecture whose tracks are being sent. Kept in the browser until all have arrived. */
export interface Delivery {
  lectureId: string;
  lectureUrl: string;
  classId: string;
  title: string;
  tracks: TrackTransfer[];
}

/** How many bytes had been sent at one moment; for the time that is left. */
export interface Sample {
  atMs: number;
  sentBytes: number;
}

export type Chosen = Record<Slot, FileFacts | null>;

export type UploadState =
  | { status: "choosing"; chosen: Chosen; interrupted: Delivery[]; problem: string | null }
  | { status: "preparing"; chosen: Chosen; interrupted: Delivery[] }
  | { status: "sending"; delivery: Delivery; samples: Sample[] }
  | { status: "waiting"; delivery: Delivery }
  | { status: "paused"; delivery: Delivery }
  | { status: "refused"; delivery: Delivery; reason: string }
  | { status: "arrived"; delivery: Delivery };

export type UploadEvent =
  | { type: "remembered"; interrupted: Delivery[] }
  | { type: "chosen"; slot: Slot; file: FileFacts | null; problem: string | null }
  | { type: "submitted" }
  | { type: "notMade"; reason: string }
  | { type: "began"; delivery: Delivery }
  | { type: "addressed"; role: Role; uploadUrl: string }
  | { type: "sent"; role: Role; sentBytes: number; atMs: number }
  | { type: "lost" }
  | { type: "paused" }
  | { type: "resumed" }
  | { type: "refused"; reason: string }
  | { type: "arrived"; role: Role }
  | { type: "forgotten"; lectureId: string };

const SAMPLES_MS = 20_000; // short enough to follow a link that changes, long enough to be calm

export function initialState(): UploadState {
  return { status: "choosing", chosen: { recording: null, camera: null }, interrupted: [], problem: null };
}

/** Return the state after an event; an event that does not fit the state changes nothing. */
export function nextUploadState(state: UploadState, event: UploadEvent): UploadState {
  switch (event.type) {
    case "remembered":
      return state.status === "choosing" ? { ...state, interrupted: event.interrupted } : state;
    case "chosen":
      return state.status === "choosing"
        ? { ...state, chosen: { ...state.chosen, [event.slot]: event.file }, problem: event.problem }
        : state;
    case "submitted":
      return state.status === "choosing"
        ? { status: "preparing", chosen: state.chosen, interrupted: state.interrupted }
        : state;
    case "notMade":
      return state.status === "preparing"
        ? { ...state, status: "choosing", problem: event.reason }
        : state;
    case "began":
      return { status: "sending", delivery: event.delivery, samples: [] };
    case "addressed":
      return withTrack(state, event.role, { uploadUrl: event.uploadUrl });
    case "sent":
      return afterSent(state, event.role, event.sentBytes, event.atMs);
    case "lost":
      return state.status === "sending" ? { status: "waiting", delivery: state.delivery } : state;
    case "paused":
      return state.status === "sending" || state.status === "waiting"
        ? { status: "paused", delivery: state.delivery }
        : state;
    case "resumed":
      return state.status === "paused" || state.status === "refused"
        ? { status: "sending", delivery: state.delivery, samples: [] }
        : state;
    case "refused":
      return "delivery" in state
        ? { status: "refused", delivery: state.delivery, reason: event.reason }
        : state;
    case "arrived":
      return afterArrival(state, event.role);
    case "forgotten":
      return afterForgetting(state, event.lectureId);
    default:
      return assertNever(event);
  }
}

function withTrack(state: UploadState, role: Role, change: Partial<TrackTransfer>): UploadState {
  if (!("delivery" in state)) return state;
  const tracks = state.delivery.tracks.map((track) =>
    track.role === role ? { ...track, ...change } : track,
  );
  return { ...state, delivery: { ...state.delivery, tracks } };
}

function afterSent(state: UploadState, role: Role, sentBytes: number, atMs: number): UploadState {
  if (state.status !== "sending" && state.status !== "waiting") return state;
  const moved = withTrack(state, role, { sentBytes });
  if (moved.status !== "sending" && moved.status !== "waiting") return state;
  const earlier = moved.status === "sending" ? moved.samples : [];
  const sample = { atMs, sentBytes: sentBytesOf(moved.delivery) };
  // After a broken connection less may have arrived than was sent: the old samples mislead then.
  const kept = earlier.filter(
    (one) => one.atMs > atMs - SAMPLES_MS && one.sentBytes <= sample.sentBytes,
  );
  return { status: "sending", delivery: moved.delivery, samples: [...kept, sample] };
}

function afterArrival(state: UploadState, role: Role): UploadState {
  if (!("delivery" in state)) return state;
  const track = state.delivery.tracks.find((one) => one.role === role);
  const moved = withTrack(state, role, { sentBytes: track?.file.sizeBytes ?? 0 });
  if (!("delivery" in moved) || unfinished(moved.delivery).length > 0) return moved;
  return { status: "arrived", delivery: moved.delivery };
}

function afterForgetting(state: UploadState, lectureId: string): UploadState {
  if (state.status === "choosing" || state.status === "preparing") {
    return { ...state, interrupted: state.interrupted.filter((one) => one.lectureId !== lectureId) };
  }
  return state.delivery.lectureId === lectureId ? initialState() : state;
}

export function unfinished(delivery: Delivery): TrackTransfer[] {
  return delivery.tracks.filter((track) => track.sentBytes < track.file.sizeBytes);
}

export function sentBytesOf(delivery: Delivery): number {
  return delivery.tracks.reduce((sum, track) => sum + track.sentBytes, 0);
}

export function totalBytesOf(delivery: Delivery): number {
  return delivery.tracks.reduce((sum, track) => sum + track.file.sizeBytes, 0);
}

/** Return whole percent; 100 only when everything has been sent. */
export function percentOf(sentBytes: number, totalBytes: number): number {
  return totalBytes > 0 ? Math.floor((100 * sentBytes) / totalBytes) : 0;
}

/** Return how long the rest takes at the pace of the last seconds; null while that is not known. */
export function secondsLeft(delivery: Delivery, samples: Sample[]): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last || last.atMs - first.atMs < 2_000) return null;
  const bytesPerMs = (last.sentBytes - first.sentBytes) / (last.atMs - first.atMs);
  if (bytesPerMs <= 0) return null;
  return (totalBytesOf(delivery) - sentBytesOf(delivery)) / bytesPerMs / 1000;
}

function assertNever(event: never): never {
  throw new Error(`unknown event ${JSON.stringify(event)}`);
}
