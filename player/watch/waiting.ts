/** The page of a lecture that cannot be watched yet: follows its progress until it can. */

import { element } from "./api";
import type { PageData, Progress } from "./api";
import { timeLeft, waitingWords } from "./words";

/** Follow the lecture's progress; resolves with it once the lecture is ready. */
export function waitUntilReady(data: PageData, signal: AbortSignal): Promise<Progress> {
  show(data, data.may_manage);
  return new Promise((resolve) => {
    const source = new EventSource(`/api/lectures/${data.lecture_id}/progress`);
    signal.addEventListener("abort", () => source.close(), { once: true });
    source.addEventListener("progress", (event: MessageEvent<string>) => {
      const progress = JSON.parse(event.data) as Progress;
      show(progress, data.may_manage);
      if (progress.state !== "ready" || progress.playlist_url === null) return;
      source.close();
      resolve(progress);
    });
    // EventSource connects again by itself; say so only while it does.
    source.addEventListener("error", () => (element("waiting-link").hidden = false));
    source.addEventListener("open", () => (element("waiting-link").hidden = true));
  });
}

function show(progress: Progress, mayManage: boolean): void {
  const { heading, detail } = waitingWords(progress, mayManage);
  const { state, fraction } = progress;
  element("waiting").dataset["state"] = state;
  setText("waiting-heading", heading);
  setText("waiting-detail", detail);
  setText("waiting-left", state === "encoding" ? timeLeft(progress.eta_s) : "");
  element("waiting-next").hidden = !(state === "failed" && mayManage);
  const bar = element("waiting-bar") as HTMLProgressElement;
  bar.hidden = state === "failed" || state === "recording";
  if (fraction === null || state !== "encoding") bar.removeAttribute("value");
  else bar.value = fraction;
  setText("waiting-percent", state === "encoding" && fraction !== null ? `${Math.floor(fraction * 100)} %` : "");
}

function setText(id: string, text: string): void {
  const target = element(id);
  if (target.textContent !== text) target.textContent = text; // said again only when it changes
}
