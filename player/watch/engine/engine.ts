/** What turns a playlist's URL into a playing video: the contract both engines keep. */

import type { Rung } from "../api";

/** One rendition of the lecture a viewer can choose. */
export interface Quality {
  rung: Rung;
  /** What it costs on average, sound included. */
  bps: number;
}

export type Trouble =
  /** The network does not answer; the engine goes on trying. */
  | "network"
  /** The server no longer gives this lecture to this viewer. */
  | "refused"
  /** The browser cannot play what it got. */
  | "media";

export interface EngineEvents {
  /** What can be chosen has become known. */
  qualities: (qualities: readonly Quality[]) => void;
  /** The picture now shown comes from this rung. */
  quality: (rung: Rung, isAuto: boolean) => void;
  /** Something is wrong; null when it is over. */
  trouble: (trouble: Trouble | null) => void;
  /** The media is taken apart and put together again; pauses until then are not the viewer's. */
  recovering: () => void;
}

export interface Engine {
  /** Play this rung from now on; null leaves the choice to the engine. */
  choose(rung: Rung | null): void;
  /** The viewer has begun to play: load ahead as far as is good for a poor link. */
  loadAhead(): void;
  /**
   * More rungs are ready than there were: offer them, without a break in what is played. Tells
   * whether that was possible; else the page has to be loaded again.
   */
  takeNewRungs(): Promise<boolean>;
}

export interface EngineOptions {
  video: HTMLVideoElement;
  playlistUrl: string;
  startS: number;
  events: EngineEvents;
  signal: AbortSignal;
}

export type StartEngine = (options: EngineOptions) => Engine;
