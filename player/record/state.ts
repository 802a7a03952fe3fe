/** What the recorder's page knows, and what follows from what happens. Pure. */

import type { Safe } from "./contract";

export type Source = "screen" | "camera" | "microphone";
/** What is wrong while recording goes on. */
export type Alarm = "silent" | "no-screen" | "no-camera" | "no-microphone";
export type Phase = "choosing" | "counting" | "recording" | "paused" | "ending" | "ended";

export interface State {
  readonly phase: Phase;
  readonly chosen: ReadonlySet<Source>;
  /** The microphone has heard somebody. */
  readonly isHeard: boolean;
  /** Asked for on purpose: there is no sound. */
  readonly isSilentOnPurpose: boolean;
  /** Seconds until it begins. */
  readonly count: number;
  readonly safe: Safe | null;
  readonly alarms: ReadonlySet<Alarm>;
  /** What the engine says is wrong; empty when nothing is. */
  readonly trouble: string;
  /** Why something could not be chosen or begun; empty when nothing is wrong. */
  readonly problem: string;
  readonly marks: number;
  readonly lectureUrl: string | null;
}

export type RecorderEvent =
  | { type: "chosen"; source: Source; isThere: boolean }
  | { type: "heard" }
  | { type: "without-sound"; isWanted: boolean }
  | { type: "problem"; sentence: string }
  | { type: "counting"; count: number }
  | { type: "started" | "paused" | "resumed" | "marked" | "ending" | "ended" }
  | { type: "failed"; sentence: string }
  | { type: "safe"; safe: Safe }
  | { type: "trouble"; sentence: string }
  | { type: "alarm"; alarm: Alarm; isOn: boolean }
  | { type: "lecture"; url: string };

export const FIRST: State = {
  phase: "choosing", chosen: new Set(), isHeard: false, isSilentOnPurpose: false, count: 0, safe: null,
  alarms: new Set(), trouble: "", problem: "", marks: 0, lectureUrl: null,
};

/** Whether Record may be pressed: something to record, and a voice that was heard or is not wanted. */
export function mayRecord(state: State): boolean {
  const isHeard = state.chosen.has("microphone") && state.isHeard;
  const shows = state.chosen.has("screen") || state.chosen.has("camera");
  return state.phase === "choosing" && (isHeard || (state.isSilentOnPurpose && shows));
}

export function isTaking(state: State): boolean {
  return state.phase === "recording" || state.phase === "paused";
}

export function next(state: State, event: RecorderEvent): State {
  switch (event.type) {
    case "chosen":
      return chosen(state, event.source, event.isThere);
    case "heard":
      return { ...state, isHeard: true };
    case "without-sound":
      return { ...state, isSilentOnPurpose: event.isWanted };
    case "problem":
      return { ...state, problem: event.sentence };
    case "counting":
      return { ...state, phase: "counting", count: event.count, problem: "" };
    case "started":
    case "resumed":
      return { ...state, phase: "recording" };
    case "failed":
      return { ...state, phase: "choosing", problem: event.sentence };
    case "paused":
    case "ending":
    case "ended":
      return { ...state, phase: event.type, alarms: new Set() };
    case "marked":
      return { ...state, marks: state.marks + 1 };
    case "safe":
      return { ...state, safe: event.safe };
    case "trouble":
      return { ...state, trouble: event.sentence };
    case "alarm":
      return { ...state, alarms: toggled(state.alarms, event.alarm, event.isOn) };
    case "lecture":
      return { ...state, lectureUrl: event.url };
  }
}

function chosen(state: State, source: Source, isThere: boolean): State {
  const isHeard = state.isHeard && !(source === "microphone"); // another microphone must be heard again
  return { ...state, chosen: toggled(state.chosen, source, isThere), isHeard, problem: "" };
}

function toggled<T>(set: ReadonlySet<T>, one: T, isIn: boolean): ReadonlySet<T> {
  const changed = new Set(set);
  if (isIn) changed.add(one);
  else changed.delete(one);
  return changed;
}
