/** What the page says, in the viewer's words. Pure. */

import type { Growing, LectureState, Progress } from "./api";

/** Return `m:ss` or `h:mm:ss`. */
export function clock(seconds: number): string {
  const total = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const rest = String(total % 60).padStart(2, "0");
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** Return a moment as a screen reader should say it: "12 minutes 40 seconds". */
export function spokenClock(seconds: number): string {
  const total = Math.max(0, Math.floor(Number.isFinite(seconds) ? seconds : 0));
  const parts = [
    counted(Math.floor(total / 3600), "hour"),
    counted(Math.floor(total / 60) % 60, "minute"),
    counted(total % 60, "second"),
  ].filter((part) => part !== "");
  return parts.length > 0 ? parts.join(" ") : "0 seconds";
}

function counted(count: number, noun: string): string {
  return count === 0 ? "" : `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Return an estimate without false precision: "about 3 minutes"; null stays unsaid. */
export function timeLeft(etaS: number | null): string {
  return etaS === null ? "" : `${estimate(etaS)} left`;
}

/** Return when all of a lecture that is still being uploaded can be watched: its bytes come first. */
export function wholeIn(etaS: number | null): string {
  return etaS === null ? "" : `All of it in ${estimate(etaS)}.`;
}

function estimate(etaS: number): string {
  if (etaS < 10) return "a few seconds";
  if (etaS < 50) return `about ${Math.ceil(etaS / 10) * 10} seconds`;
  const minutes = Math.ceil(etaS / 60);
  if (minutes < 60) return `about ${minutes === 1 ? "a minute" : `${minutes} minutes`}`;
  const hours = Math.round(minutes / 60);
  return `about ${hours === 1 ? "an hour" : `${hours} hours`}`;
}

/** Return bits per second as people read them on their contract: "60 kbit/s". */
export function bitrate(bps: number): string {
  if (bps < 999_500) return `${Math.max(1, Math.round(bps / 1000))} kbit/s`;
  return `${(bps / 1_000_000).toFixed(1)} Mbit/s`;
}

/** Return what is ready of a lecture that can be watched while it is made, or still arrives. */
export function growingWords({ ready_s, whole_s, to_come }: Growing, state: LectureState = "encoding"): string {
  if (state === "uploading") return `${firstPart(ready_s)} ready; the rest is still being uploaded.`;
  if (state === "recording") return `${firstPart(ready_s)} ready; it is still being recorded.`;
  const better = to_come.length > 0;
  if (whole_s !== null && ready_s >= whole_s - 1)
    return better ? "All of it is ready; better qualities are being made." : "All of it is ready; its last details are being made.";
  const first = `${firstPart(ready_s)} ready; the rest is being made.`;
  return better ? `${first} Better qualities follow.` : first;
}

function firstPart(readyS: number): string {
  const minutes = Math.floor(readyS / 60);
  if (minutes > 1) return `The first ${minutes} minutes are`;
  return minutes === 1 ? "The first minute is" : `The first ${Math.max(1, Math.floor(readyS))} seconds are`;
}

/** Return what is said when all is made; `found`: what there was when the player began. */
export function completeWords(found: Growing): string {
  return found.to_come.length > 0 ? "All of it is ready now, in better qualities, too." : "All of it is ready now.";
}

export interface WaitingWords {
  heading: string;
  detail: string;
}

/** Return what a page says while its lecture cannot be watched yet, or has failed. */
export function waitingWords(progress: Progress, mayManage: boolean): WaitingWords {
  switch (progress.state) {
    case "recording":
      return {
        heading: "This lecture is being recorded",
        detail: "It can be watched here once the recording has ended and is prepared.",
      };
    case "uploading":
      return {
        heading: "This lecture is on its way",
        detail: mayManage
          ? "Its recording is still being uploaded. Keep the upload page open until it is done; " +
            "if it was interrupted, choose the same file there again and it goes on."
          : "Its recording is still being uploaded. This page shows it as soon as it is ready.",
      };
    case "queued":
      return queuedWords(progress);
    case "encoding":
      return {
        heading: "This lecture is being prepared",
        detail: "The recording is safe on the server. You can close this page; the work goes on.",
      };
    case "failed":
      return failedWords(progress.failure, mayManage);
    case "ready":
      return { heading: "This lecture is ready", detail: "" };
  }
}

function queuedWords({ waits_for, before_it }: Progress): WaitingWords {
  if (waits_for === "room")
    return {
      heading: "This lecture waits for room on the disk",
      detail:
        "The recording is safe on the server, but its disk is full. " +
        "Preparing the lecture goes on by itself as soon as there is room.",
    };
  const others =
    before_it === null || before_it === 0
      ? "It is prepared as soon as the server has its hands free."
      : before_it === 1
        ? "One other lecture comes before it."
        : `${before_it} other lectures come before it.`;
  return { heading: "This lecture waits its turn", detail: `The recording is safe on the server. ${others}` };
}

function failedWords(failure: string | null, mayManage: boolean): WaitingWords {
  if (!mayManage)
    return {
      heading: "This lecture could not be prepared",
      detail: "Your teacher sees the reason on this page and can upload the recording again. There is nothing you need to do.",
    };
  return {
    heading: "This lecture could not be prepared",
    detail: failure ?? "The server gave no reason. The recording you uploaded is kept.",
  };
}
