/** A lecture that is watched while it is made: says what is ready, until all of it is. */

import { element } from "./api";
import type { Growing, PageData, Progress } from "./api";
import { completeWords, growingWords, timeLeft, waitingWords, wholeIn } from "./words";

export interface Listener {
  /** More rungs are ready; tells whether the player could take them. */
  hasNewRungs: () => Promise<boolean>;
  /** It grows no more. */
  isComplete: () => Promise<void>;
}

/** Follow the lecture's growth from what the player found on, to its end. */
export function followGrowth(data: PageData, found: Growing, signal: AbortSignal, listener: Listener): void {
  say(growingWords(found, data.state));
  let known = found.rungs.length;
  let taken = Promise.resolve(true); // one after the other; once not taken, not tried again
  const source = new EventSource(`/api/lectures/${data.lecture_id}/progress`);
  signal.addEventListener("abort", () => source.close(), { once: true });
  source.addEventListener("progress", (event: MessageEvent<string>) => {
    const progress = JSON.parse(event.data) as Progress;
    tell(progress, found, data.may_manage);
    const ready = readyRungs(progress, found);
    if (ready > known) taken = taken.then((areTaken) => areTaken && listener.hasNewRungs());
    known = Math.max(known, ready);
    if (progress.state !== "ready" && progress.state !== "failed") return;
    source.close(); // the server has said its last words; EventSource would ask again at once
    if (progress.state !== "ready") return;
    void taken.then((areTaken) => (element("growing-again").hidden = areTaken));
    void listener.isComplete();
  });
}

/** Return how many rungs are ready; when all is, those that were promised. */
function readyRungs({ state, growing }: Progress, found: Growing): number {
  if (state === "ready") return found.rungs.length + found.to_come.length;
  return growing?.rungs.length ?? 0;
}

function tell(progress: Progress, found: Growing, mayManage: boolean): void {
  if (progress.state === "ready") say(completeWords(found));
  else if (progress.growing !== null) {
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
