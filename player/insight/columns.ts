/** Seconds gathered into columns: of the drawing, and of the table. Pure. */

import type { Curves } from "./data";

/** What happened in [startS, endS). */
export interface Column {
  startS: number;
  endS: number;
  /** Students who played it; of several seconds the mean. */
  plays: number;
  /** Times played again; of several seconds the most, so that a short peak stays one. */
  replays: number;
  pauses: number;
  rewinds: number;
}

/** Return the curves in `count` columns as equal as whole seconds allow. */
export function inColumns(curves: Curves, count: number): Column[] {
  const seconds = curves.plays.length;
  const columns = Math.max(1, Math.min(Math.floor(count), seconds));
  return Array.from({ length: columns }, (_, index) =>
    column(curves, Math.floor((index * seconds) / columns), Math.floor(((index + 1) * seconds) / columns)),
  );
}

/** Return the curves in rows a person can read: at most about 30, of a round length. */
export function inRows(curves: Curves): Column[] {
  const seconds = curves.plays.length;
  const step = ROW_STEPS_S.find((length) => seconds / length <= MOST_ROWS) ?? 3600;
  return Array.from({ length: Math.ceil(seconds / step) }, (_, index) =>
    column(curves, index * step, Math.min(seconds, (index + 1) * step)),
  );
}

const ROW_STEPS_S = [5, 10, 30, 60, 120, 300, 600, 1800];
const MOST_ROWS = 30;

function column(curves: Curves, startS: number, endS: number): Column {
  return {
    startS,
    endS,
    plays: sum(curves.plays, startS, endS) / Math.max(1, endS - startS),
    replays: Math.max(0, ...curves.replays.slice(startS, endS)),
    pauses: sum(curves.pauses, startS, endS),
    rewinds: sum(curves.rewinds, startS, endS),
  };
}

function sum(values: readonly number[], start: number, end: number): number {
  return values.slice(start, end).reduce((total, value) => total + value, 0);
}
