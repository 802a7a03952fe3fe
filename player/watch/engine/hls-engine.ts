/** hls.js: media sources fed by script, in every browser but Safari. The only importer of hls.js. */

import Hls from "hls.js";
import type { Level } from "hls.js";

import type { Rung } from "../api";
import { allCodecsUrl, decodesAv1, isAv1, unplayed } from "./codec";
import type { Engine, EngineOptions, Quality } from "./engine";
import { ahead, AHEAD_S, configFor } from "./hls-config";
import { remedyFor } from "./remedy";
import { rungOf, withNewLevels } from "./rungs";

export function startHls(plain: EngineOptions): Engine {
  const options = { ...plain, playlistUrl: allCodecsUrl(plain.playlistUrl) };
  const { video, playlistUrl, startS, events, signal } = options;
  const hls = new Hls(configFor(startS));
  signal.addEventListener("abort", () => hls.destroy(), { once: true });
  const loading = new Promise<void>((resolve) => playOneSet(hls, options, resolve));
  reportQualities(hls, options);
  bearErrors(hls, options);
  hls.loadSource(playlistUrl);
  hls.attachMedia(video);
  return {
    choose(rung) {
      const index = rung === null ? -1 : rungs(hls).indexOf(rung);
      hls.nextLevel = index;
      if (index >= 0 && index === hls.currentLevel) events.quality(rung ?? "low", false);
    },
    loadAhead: () => void Object.assign(hls.config, ahead(AHEAD_S)),
    takeNewRungs: () => loading.then(() => takeNewRungs(hls, options)),
  };
}

/**
 * hls.js reads a multivariant playlist once. A second instance without a video reads it again, and
 * what it found is handed to the first by the event with which parts of hls.js exchange levels.
 * Nothing that is loaded, played or chosen is touched; the next segment may come from a new rung.
 */
async function takeNewRungs(hls: Hls, { playlistUrl, events, signal }: EngineOptions): Promise<boolean> {
  const read = await readLevels(playlistUrl, signal);
  if (read === null || hls.levels.length === 0) return false; // or the set is being changed
  const others = unplayed(read, hls.levels.every(isAv1));
  const levels = withNewLevels(hls.levels, read.filter((_level, place) => !others.includes(place)));
  if (levels === null) return false;
  if (levels.length > hls.levels.length) hls.trigger(Hls.Events.LEVELS_UPDATED, { levels });
  events.qualities(qualities(hls));
  return true;
}

/** Read the playlist anew; null when it is refused, or the page is left. */
function readLevels(playlistUrl: string, signal: AbortSignal): Promise<Level[] | null> {
  return new Promise((resolve) => {
    const reader = new Hls(configFor(0));
    const end = (levels: Level[] | null): void => {
      resolve(levels);
      queueMicrotask(() => reader.destroy()); // not while it tells
    };
    signal.addEventListener("abort", () => end(null), { once: true });
    reader.once(Hls.Events.MANIFEST_PARSED, (_event, { levels }) => end(levels));
    reader.on(Hls.Events.ERROR, (_event, { fatal }) => fatal && end(null));
    reader.loadSource(playlistUrl);
  });
}

/**
 * Begin to load once it is known which set is played, with the other's levels out of the way; AV1 is
 * left for H.264, at the same place, when the decoder cannot take its frames.
 */
function playOneSet(hls: Hls, { video, playlistUrl, startS, events, signal }: EngineOptions, onLoading: () => void): void {
  let takesAv1 = decodesAv1(navigator.mediaCapabilities); // asked meanwhile
  let playsAv1 = false;
  let goesOn = false;
  let fromS = startS;
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    void takesAv1.then((isTaken) => {
      if (signal.aborted) return;
      for (const place of unplayed(hls.levels, isTaken).reverse()) hls.removeLevel(place);
      playsAv1 = hls.levels.every(isAv1);
      events.qualities(qualities(hls));
      hls.startLoad(fromS);
      onLoading();
      hls.config.autoStartLoad = true; // from now on as hls.js thinks fit
      if (goesOn) void video.play().catch(() => undefined); // refused: the viewer presses Play
    });
  });
  const leaveAv1 = (): void => {
    if (!playsAv1 || video.error?.code !== MediaError.MEDIA_ERR_DECODE) return;
    takesAv1 = Promise.resolve(false);
    playsAv1 = false;
    fromS = video.currentTime;
    events.recovering();
    goesOn = !video.paused;
    hls.config.autoStartLoad = false;
    hls.detachMedia();
    hls.loadSource(playlistUrl);
    hls.attachMedia(video);
  };
  video.addEventListener("error", leaveAv1, { signal });
}

function rungs(hls: Hls): Rung[] {
  return hls.levels.map((level, index) => rungOf(level, index, hls.levels.length));
}

function qualities(hls: Hls): Quality[] {
  const names = rungs(hls);
  return hls.levels.map((level, index) => ({
    rung: names[index] ?? "low",
    bps: level.averageBitrate || level.bitrate,
  }));
}

function reportQualities(hls: Hls, { events }: EngineOptions): void {
  // The level that is *shown*: LEVEL_SWITCHED comes when its first frame plays.
  hls.on(Hls.Events.LEVEL_SWITCHED, (_event, { level }) => {
    const rung = rungs(hls)[level];
    if (rung !== undefined) events.quality(rung, hls.autoLevelEnabled);
  });
}

function bearErrors(hls: Hls, { video, events, signal }: EngineOptions): void {
  let hasRecovered = false;
  let isTroubled = false;
  const over = (): void => {
    if (isTroubled) events.trouble(null);
    isTroubled = false;
  };
  hls.on(Hls.Events.FRAG_LOADED, over);
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (data.details === Hls.ErrorDetails.BUFFER_STALLED_ERROR && !isGrowing(hls) && isLoadedToItsEnd(video))
      for (const type of ["audio", "video"] as const) hls.trigger(Hls.Events.BUFFER_EOS, { type });
    const remedy = remedyFor({
      isNetwork: data.type === Hls.ErrorTypes.NETWORK_ERROR,
      isFatal: data.fatal,
      status: data.response?.code,
      isUnknownCodec: data.details === Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR,
      hasRecovered,
    });
    if (remedy.do === "nothing") return;
    if (remedy.do === "recover") {
      hasRecovered = true;
      events.recovering();
      const wasPlaying = !video.paused;
      hls.recoverMediaError();
      if (wasPlaying) void video.play().catch(() => undefined); // refused: the viewer presses Play
      return;
    }
    isTroubled = true;
    events.trouble(remedy.do === "give up" ? remedy.trouble : "network");
    if (remedy.do === "give up") hls.stopLoad();
    else if (data.fatal) setTimeout(() => restart(hls, signal), 2000);
  });
  addEventListener("online", () => restart(hls, signal), { signal });
}

/** Tell whether the playlist says that more is to come. */
function isGrowing(hls: Hls): boolean {
  return hls.latestLevelDetails?.live === true;
}

/**
 * Tell whether all there is to play is there. After a last segment of a millisecond hls.js does not
 * notice (seen with 1.7.4: sound of 4.001 s), and the video would wait for more for ever.
 */
function isLoadedToItsEnd({ buffered, currentTime, duration }: HTMLVideoElement): boolean {
  const endS = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
  return duration - currentTime < 0.5 && duration - endS < 0.1;
}

/** Ask again at once, instead of when the next retry is due. */
function restart(hls: Hls, signal: AbortSignal): void {
  if (signal.aborted) return;
  if (hls.levels.length === 0) hls.loadSource(hls.url ?? "");
  else {
    hls.stopLoad();
    hls.startLoad();
  }
}
