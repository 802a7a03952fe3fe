/**
 * Which engine to take: Safari plays HLS by itself; every other browser needs hls.js, which is
 * loaded only there.
 */

import type { StartEngine } from "./engine";

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

/** Load the script of the fitting engine; null when the browser can play nothing of the kind. */
export async function loadEngine(video: HTMLVideoElement): Promise<StartEngine | null> {
  const fitting = fittingEngine(abilitiesOf(video));
  if (fitting === "native") return (await import("./native-engine")).startNative;
  if (fitting === "hls") return (await import("./hls-engine")).startHls;
  return null;
}
