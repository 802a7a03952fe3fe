/**
 * What turns a playlist's URL into a playing video: the contract, and which of the two to take.
 *
 * Safari plays HLS by itself; every other browser needs hls.js, which is loaded only there.
 */

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
}

export interface EngineOptions {
  video: HTMLVideoElement;
  playlistUrl: string;
  startS: number;
  events: EngineEvents;
  signal: AbortSignal;
}

export interface Abilities {
  playsHls: boolean;
  isWebKit: boolean;
  hasMediaSource: boolean;
}

/**
 * Tell which engine fits: Apple's own player where it exists, hls.js wherever media sources do.
 *
 * Chromium says that it plays HLS, too, but has no way to choose a quality or to bear a lost
 * connection there; so "plays HLS" alone is believed only where nothing else is possible.
 */
export function fittingEngine(can: Abilities): "native" | "hls" | "none" {
  if (can.playsHls && (can.isWebKit || !can.hasMediaSource)) return "native";
  return can.hasMediaSource ? "hls" : "none";
}

export function abilitiesOf(video: HTMLVideoElement): Abilities {
  return {
    playsHls: video.canPlayType("application/vnd.apple.mpegurl") !== "",
    isWebKit: "webkitShowPlaybackTargetPicker" in video,
    hasMediaSource: "MediaSource" in globalThis || "ManagedMediaSource" in globalThis,
  };
}

export type StartEngine = (options: EngineOptions) => Engine;

/** Load the script of the fitting engine; null when the browser can play nothing of the kind. */
export async function loadEngine(video: HTMLVideoElement): Promise<StartEngine | null> {
  const fitting = fittingEngine(abilitiesOf(video));
  if (fitting === "native") return (await import("./native-engine")).startNative;
  if (fitting === "hls") return (await import("./hls-engine")).startHls;
  return null;
}
