/**
 * Which seconds of the lecture were really played. Pure.
 *
 * Second `s` counts when at least half of [s, s + 1) was played, however often, at whatever speed.
 * Media time is credited only as far as wall time and the speed allow: a jump is never "played".
 */

import type { SecondRange } from "../api";

/** What the video said at one moment. */
export interface Sample {
  positionS: number;
  atMs: number;
  rate: number;
  /** Playing, not seeking, and with something to show. */
  isPlaying: boolean;
}

export interface Coverage {
  readonly last: Sample | null;
  /** Media time that may still be credited; refilled by wall time. */
  readonly allowanceS: number;
  /** Played pieces of seconds that have not reached half yet, merged and in order. */
  readonly pieces: ReadonlyMap<number, readonly Piece[]>;
  /** Seconds that count and have not been taken yet. */
  readonly fresh: ReadonlySet<number>;
  /** Seconds that count. */
  readonly all: ReadonlySet<number>;
}

type Piece = readonly [fromS: number, toS: number];

/** Clocks of sound cards and computers differ by less than 1 %. */
const CLOCK_DRIFT = 1.02;
/** Browsers round positions and deliver their events late by up to this much. */
const SLACK_S = 0.3;
const COUNTS_FROM = 0.5;

export const noCoverage: Coverage = {
  last: null,
  allowanceS: SLACK_S,
  pieces: new Map(),
  fresh: new Set(),
  all: new Set(),
};

/** Return the coverage after a further sample; `durationS` 0 means that it is not known. */
export function advance(coverage: Coverage, sample: Sample, durationS: number): Coverage {
  const { last } = coverage;
  if (last === null || !last.isPlaying) return { ...coverage, last: sample };
  const wallS = Math.max(0, sample.atMs - last.atMs) / 1000;
  const allowanceS = coverage.allowanceS + wallS * last.rate * CLOCK_DRIFT;
  const playedS = sample.positionS - last.positionS;
  const isCredible = playedS > 0 && playedS <= allowanceS;
  const next = isCredible ? credit(coverage, [last.positionS, sample.positionS], durationS) : coverage;
  const restS = Math.min(SLACK_S, isCredible ? allowanceS - playedS : allowanceS);
  return { ...next, last: sample, allowanceS: restS };
}

/** Return the coverage without a last sample: what comes next does not continue what was. */
export function cut(coverage: Coverage): Coverage {
  return { ...coverage, last: null };
}

/** Return the fresh seconds as ranges, and the coverage in which they are taken. */
export function take(coverage: Coverage): [SecondRange[], Coverage] {
  return [rangesOf(coverage.fresh), { ...coverage, fresh: new Set() }];
}

/** Return the shortest list of ranges that holds exactly these seconds, in order. */
export function rangesOf(seconds: ReadonlySet<number>): SecondRange[] {
  const ranges: [number, number][] = [];
  for (const second of [...seconds].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === second) last[1] = second + 1;
    else ranges.push([second, second + 1]);
  }
  return ranges;
}

function credit(coverage: Coverage, [fromS, toS]: Piece, durationS: number): Coverage {
  const pieces = new Map(coverage.pieces);
  const counted: number[] = [];
  for (let second = Math.floor(fromS); second < toS; second += 1) {
    if (coverage.all.has(second)) continue;
    const merged = merge(pieces.get(second) ?? [], [Math.max(fromS, second), Math.min(toS, second + 1)]);
    const lengthS = durationS > 0 ? Math.min(1, durationS - second) : 1; // the last one may be short
    if (total(merged) >= COUNTS_FROM * lengthS - 1e-9) {
      pieces.delete(second);
      counted.push(second);
    } else pieces.set(second, merged);
  }
  if (counted.length === 0) return { ...coverage, pieces };
  return { ...coverage, pieces, fresh: joined(coverage.fresh, counted), all: joined(coverage.all, counted) };
}

function joined(seconds: ReadonlySet<number>, more: readonly number[]): Set<number> {
  return new Set([...seconds, ...more]);
}

function merge(pieces: readonly Piece[], piece: Piece): Piece[] {
  const sorted = [...pieces, piece].sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [fromS, toS] of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && fromS <= last[1]) last[1] = Math.max(last[1], toS);
    else merged.push([fromS, toS]);
  }
  return merged;
}

function total(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, [fromS, toS]) => sum + toS - fromS, 0);
}
