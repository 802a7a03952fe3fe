/** Which rung a level of hls.js is. Pure; apart from `qualities.ts`, which the page needs sooner. */

import type { Rung } from "../api";

const RUNGS: readonly Rung[] = ["still", "low", "fair", "medium", "high"];

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
