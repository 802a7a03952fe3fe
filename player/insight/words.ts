/** What the page says, in a teacher's words. Pure. */

import type { Curves, Insight, Moment } from "./data";

/** Return `m:ss` or `h:mm:ss`. */
export function clock(seconds: number): string {
  const total = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const rest = String(total % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** Return "1 student", "2 students". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Return the line under the heading. */
export function totals(insight: Insight): string {
  if (insight.duration_s === null) return counted(insight.members, "student");
  return [
    `${clock(insight.duration_s)} long`,
    counted(insight.members, "student"),
    `${insight.finished} watched it all`,
    `${insight.part} part`,
    `${insight.not_yet} not yet`,
  ].join(" · ");
}

/** Return what the watchers saw on average; empty for small groups, who get no averages. */
export function averageWords(insight: Insight): string {
  if (insight.mean_coverage === null) return "";
  const percent = Math.round(insight.mean_coverage * 100);
  return `Those who watched have seen ${percent} % of it on average.`;
}

/** Return what stands in place of the curve; null when there is one. */
export function emptyWords(insight: Insight): { heading: string; detail: string } | null {
  if (insight.duration_s === null)
    return {
      heading: "This lecture is not ready yet",
      detail: "As soon as students can watch it, this page shows where they went back.",
    };
  if (insight.watchers === 0)
    return {
      heading: "Nobody has watched yet",
      detail: "Give your students the lecture's address. This page fills by itself while they watch.",
    };
  if (insight.seconds === null)
    return {
      heading: `${counted(insight.watchers, "student has", "students have")} watched so far`,
      detail:
        `Where they went back is shown once ${insight.smallest_group} students have watched: ` +
        "a curve of fewer would be a picture of one person's evening.",
    };
  return null;
}

/** Return the notice about the demo's class; null when everybody is real. */
export function simulatedWords(insight: Insight): string | null {
  if (insight.simulated === 0) return null;
  const real = insight.watchers - insight.simulated;
  const who =
    real === 0
      ? "All who watched were made by the demo."
      : `${insight.simulated} of the ${insight.watchers} who watched were made by the demo; ` +
        `${counted(real, "is a real person", "are real people")}.`;
  return `This class is simulated. ${who} They watch by a documented model and report like real players do.`;
}

/** Return what happened in one second, most telling first. */
export function secondWords(curves: Curves, second: number): string {
  const plays = curves.plays[second] ?? 0;
  const replays = curves.replays[second] ?? 0;
  const rewinds = curves.rewinds[second] ?? 0;
  const pauses = curves.pauses[second] ?? 0;
  const facts = [
    `${counted(plays, "student")} played this second`,
    replays > 0 ? `played again ${counted(replays, "time")}` : "",
    rewinds > 0 ? `${counted(rewinds, "jump")} back to here` : "",
    pauses > 0 ? `paused here ${counted(pauses, "time")}` : "",
  ];
  return facts.filter((fact) => fact !== "").join(", ");
}

/** Return what a moment's card says. */
export function momentWords(moment: Moment, watchers: number): string {
  return `${moment.viewers} of ${watchers} went back here, ${counted(moment.rewinds, "jump")} in all`;
}

/** Return a passage's name: `0:24–0:31`. */
export function passage(moment: Moment): string {
  return `${clock(moment.start_s)}–${clock(moment.end_s)}`;
}
