/**
 * The state of the media, in one place. Each key owns how it is read, how it is set where it can
 * be, and the events that change it. Nobody else listens to the video for these, and nobody
 * guesses: a button that was pressed changes nothing here until the video says so.
 */

export interface Media {
  video: HTMLVideoElement;
  /** What goes full screen: the picture together with its controls. */
  frame: HTMLElement;
}

export type TimeRange = readonly [fromS: number, toS: number];

export interface MediaState {
  isPaused: boolean;
  isEnded: boolean;
  isSeeking: boolean;
  /** It should be playing and has nothing to play. */
  isWaiting: boolean;
  positionS: number;
  /** 0 until it is known. */
  durationS: number;
  buffered: readonly TimeRange[];
  rate: number;
  volume: number;
  isMuted: boolean;
  isFullScreen: boolean;
}

interface Key<T> {
  get: (media: Media) => T;
  set?: (media: Media, value: T) => void;
  events: readonly string[];
  /** Where the events come from, when not from the video. */
  target?: (media: Media) => EventTarget;
}

export const RATES = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3] as const;

const keys: { [Name in keyof MediaState]: Key<MediaState[Name]> } = {
  isPaused: {
    get: ({ video }) => video.paused,
    set: ({ video }, isPaused) => (isPaused ? video.pause() : play(video)),
    events: ["play", "pause", "emptied", "ended"],
  },
  isEnded: { get: ({ video }) => video.ended, events: ["ended", "play", "seeking", "emptied"] },
  isSeeking: { get: ({ video }) => video.seeking, events: ["seeking", "seeked", "emptied"] },
  isWaiting: {
    get: ({ video }) => !video.paused && !video.ended && video.readyState < video.HAVE_FUTURE_DATA,
    events: ["play", "waiting", "playing", "canplay", "pause", "ended", "emptied", "timeupdate", "seeked"],
  },
  positionS: {
    get: ({ video }) => video.currentTime,
    set: ({ video }, positionS) => (video.currentTime = positionS),
    events: ["timeupdate", "seeking", "seeked", "loadedmetadata", "emptied"],
  },
  durationS: {
    get: ({ video }) => (Number.isFinite(video.duration) ? video.duration : endOfAll(video.seekable)),
    events: ["durationchange", "loadedmetadata", "progress", "emptied"],
  },
  buffered: {
    get: ({ video }) => timeRanges(video.buffered),
    events: ["progress", "timeupdate", "seeked", "emptied"],
  },
  rate: {
    get: ({ video }) => video.playbackRate,
    set: ({ video }, rate) => {
      video.preservesPitch = true;
      video.defaultPlaybackRate = rate; // survives a reload of the source after a media error
      video.playbackRate = rate;
    },
    events: ["ratechange"],
  },
  volume: {
    get: ({ video }) => video.volume,
    set: ({ video }, volume) => (video.volume = Math.min(1, Math.max(0, volume))),
    events: ["volumechange"],
  },
  isMuted: {
    get: ({ video }) => video.muted,
    set: ({ video }, isMuted) => (video.muted = isMuted),
    events: ["volumechange"],
  },
  isFullScreen: {
    get: ({ frame }) => document.fullscreenElement === frame,
    set: (media, isFullScreen) => setFullScreen(media, isFullScreen),
    events: ["fullscreenchange"],
    target: () => document,
  },
};

type Settable = "isPaused" | "positionS" | "rate" | "volume" | "isMuted" | "isFullScreen";

/** Reads, sets and watches the media; ends with its signal. */
export class MediaStore {
  constructor(
    private readonly media: Media,
    private readonly signal: AbortSignal,
  ) {}

  get<Name extends keyof MediaState>(name: Name): MediaState[Name] {
    return keys[name].get(this.media);
  }

  /** Ask the media to change; its event tells when it has. */
  set<Name extends Settable>(name: Name, value: MediaState[Name]): void {
    keys[name].set?.(this.media, value);
  }

  /** Call `listener` with the key's value now and after each event that may have changed it. */
  watch<Name extends keyof MediaState>(name: Name, listener: (value: MediaState[Name]) => void): void {
    const key: Key<MediaState[Name]> = keys[name];
    const target = key.target?.(this.media) ?? this.media.video;
    const tell = (): void => listener(key.get(this.media));
    for (const event of key.events) target.addEventListener(event, tell, { signal: this.signal });
    tell();
  }
}

/** Of a lecture that grows Safari says that it never ends; what there is can be sought. */
function endOfAll(seekable: TimeRanges): number {
  return seekable.length > 0 ? seekable.end(seekable.length - 1) : 0;
}

export function timeRanges(ranges: TimeRanges): TimeRange[] {
  return Array.from({ length: ranges.length }, (_, index) => [ranges.start(index), ranges.end(index)] as const);
}

/** Return the rate `steps` further along RATES, staying within them. */
export function steppedRate(rate: number, steps: number): number {
  const wanted = rate + steps * 0.25;
  return Math.min(RATES[RATES.length - 1] ?? 3, Math.max(RATES[0], Math.round(wanted * 4) / 4));
}

function play(video: HTMLVideoElement): void {
  // Refused (no gesture yet) or overtaken by a pause: the video's events have told, or will.
  video.play().catch((error: unknown) => {
    if (!(error instanceof DOMException)) throw error;
  });
}

/** iPhones have no full screen but the video's own. */
interface PhoneVideo extends HTMLVideoElement {
  webkitEnterFullscreen?: () => void;
}

function setFullScreen({ video, frame }: Media, isFullScreen: boolean): void {
  if (!isFullScreen) void document.exitFullscreen();
  else if (typeof frame.requestFullscreen === "function") void frame.requestFullscreen();
  else (video as PhoneVideo).webkitEnterFullscreen?.();
}
