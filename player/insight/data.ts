/** What the server tells this page (`stream/insight/report.py`), and how it is asked again. */

/** One number per second of the lecture. */
export interface Curves {
  plays: number[];
  replays: number[];
  pauses: number[];
  rewinds: number[];
}

/** A passage that was gone back to; half-open, in seconds. */
export interface Moment {
  start_s: number;
  end_s: number;
  replays: number;
  rewinds: number;
  viewers: number;
}

export interface Insight {
  lecture_id: string;
  duration_s: number | null;
  members: number;
  watchers: number;
  finished: number;
  part: number;
  not_yet: number;
  simulated: number;
  mean_coverage: number | null;
  smallest_group: number;
  seconds: Curves | null;
  moments: Moment[];
}

export interface PageData {
  lecture_url: string;
  insight_url: string;
  storyboard_url: string | null;
  insight: Insight;
}

export type Answer =
  | { status: "new"; insight: Insight }
  | { status: "away" } // no network, or the server is busy: worth asking again
  | { status: "refused" }; // signed out, or the lecture is gone

const TIMEOUT_MS = 8000;

export function readPageData(): PageData {
  const element = document.getElementById("page-data");
  return JSON.parse(element?.textContent ?? "") as PageData;
}

export async function askForInsight(url: string): Promise<Answer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok) return { status: "new", insight: (await response.json()) as Insight };
    return { status: response.status < 500 && response.status !== 429 ? "refused" : "away" };
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)
      return { status: "away" };
    throw error;
  }
}
