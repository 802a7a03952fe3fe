/** The one line under the controls that says what the viewer should know right now. */

import { element } from "../api";
import type { Trouble } from "../engine/engine";
import { clock } from "../words";

/** What can be worth saying; `none` is the usual case. */
export interface Situation {
  trouble: Trouble | null;
  /** The picture waits for bytes, for long enough to be noticed. */
  isWaiting: boolean;
  /** It waits for what is not made yet, and not for bytes. */
  isAtEdge: boolean;
  /** Where this visit continues, until playing begins. */
  continuesAtS: number | null;
}

export interface NoticeWords {
  text: string;
  tone: "plain" | "warn";
}

/** Return the sentence for a situation, or null when there is nothing to say. Pure. */
export function noticeFor({ trouble, isWaiting, isAtEdge, continuesAtS }: Situation): NoticeWords | null {
  switch (trouble) {
    case "refused":
      return {
        text: "The server no longer shows you this lecture. Load the page again to sign in; what you watched is kept.",
        tone: "warn",
      };
    case "media":
      return { text: "This browser could not play the lecture. Load the page again, or try another browser.", tone: "warn" };
    case "network":
      return {
        text: isWaiting
          ? "Your connection is gone. It continues by itself as soon as it is back."
          : "Your connection is gone. What is loaded goes on playing; it continues by itself.",
        tone: "warn",
      };
    case null:
      if (isWaiting && isAtEdge)
        return { text: "This is as far as the lecture is ready. It goes on by itself as soon as more is.", tone: "plain" };
      if (isWaiting) return { text: "Loading… Your connection is slow; it goes on by itself.", tone: "plain" };
      if (continuesAtS !== null) return { text: `You stopped at ${clock(continuesAtS)}. Play goes on from there.`, tone: "plain" };
      return null;
  }
}

/** Shorter waits come and go without a word. */
const WAIT_NOTICED_MS = 1000;

export class Notice {
  private situation: Situation = { trouble: null, isWaiting: false, isAtEdge: false, continuesAtS: null };
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
  }

  change(change: Partial<Situation>): void {
    this.situation = { ...this.situation, ...change };
    const words = noticeFor(this.situation);
    const box = element("notice");
    const text = element("notice-text");
    box.dataset["tone"] = words?.tone ?? "none";
    if (text.textContent !== (words?.text ?? "")) text.textContent = words?.text ?? "";
    element("from-start").hidden = this.situation.continuesAtS === null || words?.tone === "warn";
  }

  waiting(isWaiting: boolean, isAtEdge: boolean): void {
    clearTimeout(this.timer);
    if (!isWaiting) this.change({ isWaiting: false });
    else this.timer = setTimeout(() => this.change({ isWaiting: true, isAtEdge }), WAIT_NOTICED_MS);
  }
}
