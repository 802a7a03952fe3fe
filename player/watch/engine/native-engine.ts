/** Safari's own HLS: it chooses the quality, and retries by itself. */

import type { Engine, EngineOptions } from "./engine";

const RETRY_MS = 5000;

export function startNative({ video, playlistUrl, startS, events, signal }: EngineOptions): Engine {
  let positionS = startS;
  const load = (): void => {
    video.src = playlistUrl;
    video.load();
  };
  const resume = (): void => {
    // Of a lecture that grows, which has no length yet, Safari would begin with the newest part.
    if (positionS > 0 || !Number.isFinite(video.duration)) video.currentTime = positionS;
    events.trouble(null);
  };
  const fail = (): void => {
    const isNetwork = video.error?.code === MediaError.MEDIA_ERR_NETWORK;
    events.trouble(isNetwork ? "network" : "media");
    if (!isNetwork) return;
    events.recovering();
    const timer = setTimeout(load, RETRY_MS);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  };
  video.addEventListener("timeupdate", () => (positionS = video.currentTime), { signal });
  video.addEventListener("loadedmetadata", resume, { signal });
  video.addEventListener("error", fail, { signal });
  video.preload = "metadata";
  load();
  return {
    choose: () => undefined,
    loadAhead: () => (video.preload = "auto"),
    takeNewRungs: () => Promise.resolve(false), // Safari reads the playlist once, and tells nobody
  };
}
