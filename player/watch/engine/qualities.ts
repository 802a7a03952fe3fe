/** The renditions of a lecture as a viewer sees them. Pure. */

import type { Rung } from "../api";
import { bitrate } from "../words";
import type { Quality } from "./engine";

export const RUNGS: readonly Rung[] = ["still", "low", "medium", "high"];

const NAMES: Record<Rung, string> = {
  still: "Slides only",
  low: "Low",
  medium: "Medium",
  high: "Full",
};

interface LevelFacts {
  name?: string | undefined;
  url: readonly string[];
}

/**
 * Return which rung a level of the playlist is, by its name or by a part of its URL; failing both
 * by its place, the lowest first.
 */
export function rungOf(level: LevelFacts, index: number, count: number): Rung {
  const parts = [level.name ?? "", ...level.url.flatMap((url) => url.split(/[/.?#_-]/))];
  const named = RUNGS.find((rung) => parts.includes(rung));
  if (named !== undefined) return named;
  return RUNGS[index === count - 1 && count > 1 ? RUNGS.length - 1 : Math.min(index, 2)] ?? "low";
}

/** Return a quality in plain words with what it costs: "Slides only · 60 kbit/s". */
export function qualityName({ rung, bps }: Quality): string {
  return `${NAMES[rung]} · ${bitrate(bps)}`;
}

/** Return the words for "the player chooses", and what it has chosen. */
export function autoName(shown: Quality | undefined): string {
  return shown === undefined ? "Auto" : `Auto · ${bitrate(shown.bps)}`;
}
