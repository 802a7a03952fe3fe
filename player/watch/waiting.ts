/** The page of a lecture that cannot be watched yet: follows its progress until it can. */

import { element } from "./api";
import type { PageData, Progress } from "./api";
import { timeLeft, waitingWords } from "./words";

/** A failed lecture may be given another recording; it is asked about this often. */
const FAILED_AGAIN_MS = 30_000;

/** Follow the lecture's progress; resolves with it once there is something to play. */
export function waitUntilPlayable(data: PageData, signal: AbortSignal): Promise<Progress> {
  show(data, data.may_manage);
  return new Promise((resolve) => follow(data, signal, resolve));
}

function follow(data: PageData, signal: AbortSignal, onPlayable: (progress: Progress) => void): void {
  const source = new EventSource(`/api/lectures/${data.lecture_id}/progress`);
  signal.addEventListener("abort", () => source.close(), { once: true });
  source.addEventListener("progress", (event: MessageEvent<string>) => {
    const progress = JSON.parse(event.data) as Progress;
    show(progress, data.may_manage);
    const isPlayable = progress.playlist_url !== null;
    if (!isPlayable && progress.state !== "failed") return;
    source.close(); // the server has said its last words; EventSource would ask again at once
    if (isPlayable) onPlayable(progress);
    else setTimeout(() => signal.aborted || follow(data, signal, onPlayable), FAILED_AGAIN_MS);
  });
  // EventSource connects again by itself, unless it was refused; say so while it does.
  source.addEventListener("error", () => (element("waiting-link").hidden = false));
  source.addEventListener("open", () => (element("waiting-link").hidden = true));
}

function show(progress: Progress, mayManage: boolean): void {
  const { heading, detail } = waitingWords(progress, mayManage);
  const { state, fraction } = progress;
  element("waiting").dataset["state"] = state;
  setText("waiting-heading", heading);
  setText("waiting-detail", detail);
  setText("waiting-left", state === "encoding" || state === "queued" ? timeLeft(progress.eta_s) : "");
  element("waiting-next").hidden = !(state === "failed" && mayManage);
  const bar = element("waiting-bar") as HTMLProgressElement;
  bar.hidden = state !== "encoding"; // before that there is nothing to measure
  if (fraction === null) bar.removeAttribute("value");
  else bar.value = fraction;
  setText("waiting-percent", state === "encoding" && fraction !== null ? `${Math.floor(fraction * 100)} %` : "");
}

function setText(id: string, text: string): void {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text; // said again only when it changes
}
