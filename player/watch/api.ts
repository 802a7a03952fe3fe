/** What the server tells this page and what this page tells the server. Names as on the wire. */

export type LectureState = "recording" | "uploading" | "queued" | "encoding" | "ready" | "failed";

/** What a lecture waits for that is not being prepared yet. */
export type WaitReason = "turn" | "memory" | "room";

/** What can be played of a lecture that is still being made. */
export interface Growing {
  /** From the start to here. */
  ready_s: number;
  /** How long it will be; null while nobody knows. */
  whole_s: number | null;
  rungs: Rung[];
  /** The other rungs. */
  to_come: Rung[];
}

/** The facts the page was rendered with (`#page-data`). */
export interface PageData {
  lecture_id: string;
  /** Tells the people of a shared computer apart in local storage; never sent. */
  viewer: string;
  may_manage: boolean;
  state: LectureState;
  failure: string | null;
  fraction: number | null;
  eta_s: number | null;
  before_it: number | null;
  waits_for: WaitReason | null;
  playlist_url: string | null;
  /** Null when nothing can be played yet, and when all of it is made. */
  growing: Growing | null;
  poster_url: string | null;
  storyboard_url: string | null;
  duration_s: number | null;
}

/** `event: progress` of `GET /api/lectures/{id}/progress`. */
export interface Progress {
  state: LectureState;
  fraction: number | null;
  eta_s: number | null;
  /** Jobs that come first, while it waits. */
  before_it: number | null;
  waits_for: WaitReason | null;
  failure: string | null;
  playlist_url: string | null;
  growing: Growing | null;
}

/** The pictures of a lecture, from `GET /api/lectures/{id}`. */
export interface Pictures {
  poster_url: string | null;
  storyboard_url: string | null;
}

export type Rung = "still" | "low" | "fair" | "medium" | "high";
export type SeekCause = "bar" | "touch" | "key" | "button" | "resume" | "start";

/** One thing that happened while watching; `seq` is its place in the session. */
export type WatchEvent = { seq: number; position_s: number } & WatchFacts;

export type WatchFacts =
  | { kind: "play" | "pause" | "ended" }
  | { kind: "seek"; target_s: number; cause: SeekCause }
  | { kind: "speed"; rate_before: number; rate: number }
  | { kind: "stall"; duration_ms: number }
  | { kind: "quality"; cause: "auto" | "manual"; rung: Rung }
  | { kind: "visibility"; cause: "hidden" | "visible" };

/** Whole seconds of the lecture: from, and up to but without. */
export type SecondRange = readonly [from: number, to: number];

/** The body of `POST /api/lectures/{id}/watch`. */
export interface WatchBatch {
  session: string;
  events: WatchEvent[];
  coverage: SecondRange[];
}

export function readPageData(): PageData {
  return JSON.parse(element("page-data").textContent) as PageData;
}

/** Return the element of the template with this id; its absence is a mistake of ours. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/** Return the pictures of a lecture that has become ready after the page was rendered. */
export async function fetchPictures(lectureId: string, signal: AbortSignal): Promise<Pictures> {
  const none = { poster_url: null, storyboard_url: null };
  try {
    const response = await fetch(`/api/lectures/${lectureId}`, { signal });
    return response.ok ? ((await response.json()) as Pictures) : none;
  } catch (error) {
    if (error instanceof TypeError) return none; // no connection: the lecture plays without them
    throw error;
  }
}
