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
  const named = namedRung(level);
  if (named !== undefined) return named;
  return RUNGS[index === count - 1 && count > 1 ? RUNGS.length - 1 : Math.min(index, 2)] ?? "low";
}

/**
 * Return the levels that are played, and behind them the new ones of those that were read; null
 * where a new one is not better than all that are played: loaded segments know their level by its
 * place, and hls.js takes the last for the best.
 */
export function withNewLevels<Each extends LevelFacts>(played: readonly Each[], read: readonly Each[]): Each[] | null {
  const known = new Set(played.map((level) => level.url[0]));
  const added = read.filter((level) => !known.has(level.url[0]));
  const best = Math.max(...played.map(rank));
  return added.every((level) => rank(level) > best) ? [...played, ...added.sort((a, b) => rank(a) - rank(b))] : null;
}

function rank(level: LevelFacts): number {
  const named = namedRung(level);
  return named === undefined ? -1 : RUNGS.indexOf(named);
}

function namedRung({ name, url }: LevelFacts): Rung | undefined {
  const parts = [name ?? "", ...url.flatMap((each) => each.split(/[/.?#_-]/))];
  return RUNGS.find((rung) => parts.includes(rung));
}
