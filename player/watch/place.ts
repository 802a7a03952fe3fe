/** Where a viewer stopped, remembered in this browser. */

import { shelf } from "./shelf";

const SAVE_EVERY_MS = 5000;
/** So near to the start or the end it is kinder to begin anew. */
const NOT_WORTH_S = 10;

/** Return the place to continue from, or 0 to begin at the start. */
export function continueFrom(savedS: number, durationS: number | null): number {
  if (!Number.isFinite(savedS) || savedS < NOT_WORTH_S) return 0;
  return durationS !== null && durationS > 0 && savedS > durationS - NOT_WORTH_S ? 0 : savedS;
}

/** Return the place a link asks for (`?t=760`), or null; the lecture may have become shorter since. */
export function askedFor(search: string, durationS: number | null): number | null {
  const text = new URLSearchParams(search).get("t");
  const seconds = text === null || text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(seconds) || seconds < 0) return null;
  return durationS !== null && seconds >= durationS ? 0 : seconds;
}

export class Place {
  private readonly name: string;

  constructor(viewer: string, lectureId: string) {
    this.name = `flipcast.place.${viewer}.${lectureId}`;
  }

  read(): { positionS: number; durationS: number | null } {
    const [position, duration] = (shelf.getItem(this.name) ?? "").split(" ").map(Number);
    return { positionS: position ?? 0, durationS: duration === undefined || Number.isNaN(duration) ? null : duration };
  }

  /**
   * Write the place down while the video plays, when it stops, and when the page is hidden. Of a
   * lecture that grows the end is not known: near what is its end now is no reason to begin anew.
   */
  follow(video: HTMLVideoElement, isGrowing: () => boolean, signal: AbortSignal): void {
    let savedMs = 0;
    const save = (): void => {
      if (video.readyState === video.HAVE_NOTHING || video.seeking) return;
      savedMs = performance.now();
      shelf.setItem(this.name, `${video.ended ? 0 : video.currentTime.toFixed(1)} ${isGrowing() ? Number.NaN : video.duration}`);
    };
    const saveSometimes = (): void => {
      if (!video.paused && performance.now() - savedMs > SAVE_EVERY_MS) save();
    };
    video.addEventListener("timeupdate", saveSometimes, { signal });
    for (const name of ["pause", "seeked", "ended"]) video.addEventListener(name, save, { signal });
    addEventListener("pagehide", save, { signal });
    document.addEventListener("visibilitychange", save, { signal });
  }
}
