/** A lecture that is watched while it is made: says what is ready, until all of it is. */

import { element } from "./api";
import type { Growing, PageData, Progress } from "./api";
import { completeWords, growingWords, timeLeft, waitingWords, wholeIn } from "./words";

/** Follow the lecture's growth from what the player found on; calls `onComplete` once at its end. */
export function followGrowth(data: PageData, found: Growing, signal: AbortSignal, onComplete: () => Promise<void>): void {
  say(growingWords(found, data.state));
  const source = new EventSource(`/api/lectures/${data.lecture_id}/progress`);
  signal.addEventListener("abort", () => source.close(), { once: true });
  source.addEventListener("progress", (event: MessageEvent<string>) => {
    const progress = JSON.parse(event.data) as Progress;
    tell(progress, found, data.may_manage);
    if (progress.state !== "ready" && progress.state !== "failed") return;
    source.close(); // the server has said its last words; EventSource would ask again at once
    if (progress.state === "ready") void onComplete();
  });
}

function tell(progress: Progress, found: Growing, mayManage: boolean): void {
  if (progress.state === "ready") {
    say(completeWords(found));
    element("growing-again").hidden = found.to_come.length === 0;
  } else if (progress.growing !== null) {
    const left = progress.state === "uploading" ? wholeIn : timeLeft;
    say(growingWords(progress.growing, progress.state), left(progress.eta_s));
  } else {
    const { heading, detail } = waitingWords(progress, mayManage);
    say(`${heading}. ${detail}`);
  }
}

function say(text: string, left = ""): void {
  element("growing").hidden = false;
  for (const [id, words] of [["growing-text", text], ["growing-left", left]] as const) {
    const target = element(id);
    if (target.textContent !== words) target.textContent = words; // said again only when it changes
  }
}
