/**
 * From what the media and the viewer did to the events of the log. Pure: time comes in.
 *
 * What the media does by itself (waiting for the network, small jumps over holes, being taken
 * apart after an error) is told apart from what the viewer did.
 */

import type { Rung, SeekCause, WatchFacts } from "../api";

export type Signal = { positionS: number; atMs: number } & (
  | { type: "tick" | "play" | "seeked" | "waiting" | "playing" | "ended" | "recovering" }
  | { type: "pause"; isEnded: boolean }
  /** The viewer asks for another place; `positionS` is where they were when they began to. */
  | { type: "intent"; cause: SeekCause }
  /** The media goes to another place; `positionS` is that place. */
  | { type: "seeking" }
  | { type: "rate"; rate: number }
  | { type: "quality"; rung: Rung; isAuto: boolean }
  | { type: "visibility"; isHidden: boolean }
);

export type LoggedEvent = { position_s: number } & WatchFacts;

interface PendingSeek {
  fromS: number;
  targetS: number | null;
  cause: SeekCause;
}

export interface Recorder {
  readonly positionS: number;
  readonly rate: number;
  readonly rung: Rung | null;
  readonly isHidden: boolean;
  readonly isPaused: boolean;
  /** Something was shown since the last seek: only then can a wait be a stall. */
  readonly hasShown: boolean;
  readonly seek: PendingSeek | null;
  readonly stall: { positionS: number; sinceMs: number } | null;
  /** The media is being put together again; its pauses and plays are not the viewer's. */
  readonly isRecovering: boolean;
  /** Waits for the first play: a page that was only opened reports nothing. */
  readonly held: readonly LoggedEvent[];
  readonly hasBegun: boolean;
}

/** Shorter jumps nobody asked for are the engine stepping over a hole between segments. */
const NUDGE_S = 1;
/** Seeks that go nowhere are not logged: "back" pressed at the very start. */
const NOWHERE_S = 0.05;
/** Shorter waits are not seen. */
const STALL_FROM_MS = 250;

export const newRecorder: Recorder = {
  positionS: 0,
  rate: 1,
  rung: null,
  isHidden: false,
  isPaused: true,
  hasShown: false,
  seek: null,
  stall: null,
  isRecovering: false,
  held: [],
  hasBegun: false,
};

/** Return the recorder after a signal, and what is to be logged, in order. */
export function record(recorder: Recorder, signal: Signal): [Recorder, LoggedEvent[]] {
  const [next, events] = inOrder(recorder, signal);
  if (next.hasBegun) return [next, events];
  if (signal.type === "play" && events.length > 0)
    return [{ ...next, hasBegun: true, held: [] }, [...next.held, ...events]];
  const kept = events.filter((event) => event.kind === "seek" || event.kind === "speed");
  return [{ ...next, held: [...next.held, ...kept] }, []];
}

/** What is done while the video is still on its way to another place comes after that seek. */
function inOrder(recorder: Recorder, signal: Signal): [Recorder, LoggedEvent[]] {
  const [next, events] = step(recorder, signal);
  if (events.length === 0 || next.seek?.targetS == null || signal.type === "seeking") return [next, events];
  const [arrived, seek] = seeked(next, next.seek.targetS);
  return [arrived, [...seek, ...events]];
}

function step(recorder: Recorder, signal: Signal): [Recorder, LoggedEvent[]] {
  const { positionS } = signal;
  switch (signal.type) {
    case "tick":
      return [recorder.seek === null ? { ...recorder, positionS } : recorder, []];
    case "play":
      return played(recorder, positionS);
    case "pause":
      return paused(recorder, signal, signal.isEnded);
    case "ended":
      return [{ ...recorder, positionS, isPaused: true }, [{ kind: "ended", position_s: positionS }]];
    case "intent":
      return intended(recorder, positionS, signal.cause);
    case "seeking":
      return seeking(recorder, signal);
    case "seeked":
      return seeked(recorder, positionS);
    case "waiting":
      return [waited(recorder, signal), []];
    case "playing":
      return shown(recorder, signal);
    case "rate":
      return changedRate(recorder, positionS, signal.rate);
    case "quality":
      return changedQuality(recorder, positionS, signal.rung, signal.isAuto);
    case "visibility":
      return changedVisibility(recorder, positionS, signal.isHidden);
    case "recovering":
      return [{ ...recorder, isRecovering: !recorder.isPaused, hasShown: false }, []];
    default:
      return assertNever(signal);
  }
}

function played(recorder: Recorder, positionS: number): [Recorder, LoggedEvent[]] {
  if (recorder.isRecovering) return [recorder, []];
  return [{ ...recorder, isPaused: false }, [{ kind: "play", position_s: positionS }]];
}

function paused(recorder: Recorder, signal: Signal, isEnded: boolean): [Recorder, LoggedEvent[]] {
  const [rested, events] = endStall(recorder, signal.atMs);
  if (recorder.isRecovering) return [rested, events];
  const next = { ...rested, isPaused: true };
  return isEnded ? [next, events] : [next, [...events, { kind: "pause", position_s: signal.positionS }]];
}

/** A second intent before the first one arrived belongs to the same seek. */
function intended(recorder: Recorder, fromS: number, cause: SeekCause): [Recorder, LoggedEvent[]] {
  const seek = recorder.seek ?? { fromS, targetS: null, cause };
  return [{ ...recorder, seek: { ...seek, cause } }, []];
}

function seeking(recorder: Recorder, signal: Signal): [Recorder, LoggedEvent[]] {
  const { positionS: targetS } = signal;
  if (recorder.seek === null && Math.abs(targetS - recorder.positionS) < NUDGE_S) return [recorder, []];
  // Without an intent it came from controls of the browser's own, such as an iPhone's full screen.
  const seek = recorder.seek ?? { fromS: recorder.positionS, cause: "bar" as const };
  const [rested, events] = endStall(recorder, signal.atMs);
  return [{ ...rested, hasShown: false, seek: { ...seek, targetS } }, events];
}

function seeked(recorder: Recorder, positionS: number): [Recorder, LoggedEvent[]] {
  const { seek } = recorder;
  if (seek?.targetS == null) return [recorder, []];
  const next = { ...recorder, seek: null, positionS };
  if (Math.abs(seek.targetS - seek.fromS) < NOWHERE_S) return [next, []];
  return [next, [{ kind: "seek", position_s: seek.fromS, target_s: seek.targetS, cause: seek.cause }]];
}

function waited(recorder: Recorder, { positionS, atMs }: Signal): Recorder {
  const isStall = recorder.hasShown && !recorder.isPaused && recorder.seek === null;
  return isStall && recorder.stall === null ? { ...recorder, stall: { positionS, sinceMs: atMs } } : recorder;
}

function shown(recorder: Recorder, signal: Signal): [Recorder, LoggedEvent[]] {
  const [rested, events] = endStall(recorder, signal.atMs);
  return [{ ...rested, hasShown: true, isRecovering: false }, events];
}

function endStall(recorder: Recorder, atMs: number): [Recorder, LoggedEvent[]] {
  const { stall } = recorder;
  if (stall === null) return [recorder, []];
  const durationMs = Math.round(atMs - stall.sinceMs);
  const events: LoggedEvent[] =
    durationMs < STALL_FROM_MS ? [] : [{ kind: "stall", position_s: stall.positionS, duration_ms: durationMs }];
  return [{ ...recorder, stall: null }, events];
}

function changedRate(recorder: Recorder, positionS: number, rate: number): [Recorder, LoggedEvent[]] {
  if (rate === recorder.rate || rate === 0) return [recorder, []];
  return [{ ...recorder, rate }, [{ kind: "speed", position_s: positionS, rate_before: recorder.rate, rate }]];
}

/** The first rung is where playing starts, not a change. */
function changedQuality(
  recorder: Recorder,
  positionS: number,
  rung: Rung,
  isAuto: boolean,
): [Recorder, LoggedEvent[]] {
  const next = { ...recorder, rung };
  if (recorder.rung === null || rung === recorder.rung) return [next, []];
  return [next, [{ kind: "quality", position_s: positionS, cause: isAuto ? "auto" : "manual", rung }]];
}

function changedVisibility(recorder: Recorder, positionS: number, isHidden: boolean): [Recorder, LoggedEvent[]] {
  if (isHidden === recorder.isHidden) return [recorder, []];
  const cause = isHidden ? "hidden" : "visible";
  return [{ ...recorder, isHidden }, [{ kind: "visibility", position_s: positionS, cause }]];
}

function assertNever(value: never): never {
  throw new Error(`a signal nobody knows: ${JSON.stringify(value)}`);
}
