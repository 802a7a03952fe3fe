/**
 * The seam between the recorder's engine (engine.ts) and its page. A take is one press of Record; it has
 * one or two tracks, by role. Everything the engine does after the start is told through TakeEvents.
 */
export type Role = "presentation" | "presenter";

/** Sound is in exactly one of a take's sources, or in none. */
export interface TrackSource {
  role: Role;
  stream: MediaStream;
}

/** How far a take is: seconds that were recorded, that lie on this computer, that the server has. */
export interface Safe {
  recordedS: number;
  onComputerS: number;
  onServerS: number;
  bytes: number;
  sentBytes: number;
}

export type TakeTrouble = "offline" | "refused" | "computer-full" | "server-full" | "recorder-failed";

export interface TakeEvents {
  safe(now: Safe): void;
  trouble(kind: TakeTrouble | null, sentence: string): void;
  lecture(id: string, url: string): void;
  ended(): void;
}

export interface Take {
  pause(): void;
  resume(): void;
  mark(title: string): void;
  replace(role: Role, track: MediaStreamTrack): void;
  stop(): Promise<void>;
}

export interface TakeOptions {
  classId: string;
  title: string;
  isLive: boolean;
  sources: readonly TrackSource[];
  events: TakeEvents;
}

/** A take in this computer's journal that no open page holds. */
export interface InterruptedTake {
  id: string;
  startedAt: number;
  recordedS: number;
  title: string;
}
