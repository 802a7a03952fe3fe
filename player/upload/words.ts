/** What the page says, in the teacher's words. Pure. */

import {
  type Delivery,
  type FileFacts,
  percentOf,
  secondsLeft,
  sentBytesOf,
  totalBytesOf,
  unfinished,
  type UploadState,
} from "./state";

/** Return a size as file managers show it: "1.5 GB", in powers of 1000. */
export function bytes(count: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let size = count;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1;
  return `${size.toFixed(digits)} ${units[unit] ?? ""}`;
}

/** Return an estimate without false precision; null stays unsaid. */
export function timeLeft(seconds: number | null): string {
  if (seconds === null) return "";
  if (seconds < 10) return "a few seconds left";
  if (seconds < 55) return `about ${Math.ceil(seconds / 10) * 10} seconds left`;
  const minutes = Math.max(1, Math.round(seconds / 60));
  if (minutes < 60) return `about ${minutes} minute${minutes === 1 ? "" : "s"} left`;
  const hours = Math.round(minutes / 60);
  return `about ${hours} hour${hours === 1 ? "" : "s"} left`;
}

/** Return a lecture's title made of a file's name. */
export function titleOf(fileName: string): string {
  return fileName.replace(/\.[a-z0-9]{2,5}$/i, "").replaceAll(/[_\s]+/g, " ").trim();
}

/** Return why a file cannot be sent, or null. What is in it, only the server can tell. */
export function problemOf(file: FileFacts, maxBytes: number): string | null {
  if (file.sizeBytes === 0) return `${file.name} is empty (0 bytes). Please choose the recording again.`;
  if (file.sizeBytes > maxBytes) {
    return `${file.name} is too large: ${bytes(file.sizeBytes)}. This server takes up to ${bytes(maxBytes)}.`;
  }
  return null;
}

/** Return the line under the bar: "43 % · 120 MB of 280 MB · about 3 minutes left". */
export function progressWords(state: UploadState): string {
  if (!("delivery" in state)) return "";
  const sent = sentBytesOf(state.delivery);
  const total = totalBytesOf(state.delivery);
  const left = state.status === "sending" ? secondsLeft(state.delivery, state.samples) : null;
  const parts = [`${percentOf(sent, total)} %`, `${bytes(sent)} of ${bytes(total)}`, timeLeft(left)];
  return parts.filter((part) => part !== "").join(" · ");
}

/** Return the sentence that is read aloud when it changes. */
export function statusWords(state: UploadState): string {
  switch (state.status) {
    case "choosing":
      return "";
    case "preparing":
      return "One moment …";
    case "sending":
      return "Sending. You can go on working; keep this page open.";
    case "waiting":
      return "Connection lost. Nothing is lost; it goes on by itself.";
    case "paused":
      return "Paused. What has arrived is kept.";
    case "refused":
      return state.reason;
    case "arrived":
      return "It has arrived. The lecture is being prepared …";
  }
}

/** Return what an interrupted delivery's note says. */
export function interruptedWords(delivery: Delivery): string {
  const names = unfinished(delivery).map((track) => track.file.name);
  const percent = percentOf(sentBytesOf(delivery), totalBytesOf(delivery));
  const files = names.length > 1 ? "the same files" : "the same file";
  return (
    `“${delivery.title}” was interrupted at ${percent} %. ` +
    `Choose ${files} again to go on: ${names.join(" and ")}`
  );
}
