/** The renditions of a lecture as a viewer sees them. Pure. */

import type { Rung } from "../api";
import { bitrate } from "../words";
import type { Quality } from "./engine";

const NAMES: Record<Rung, string> = {
  still: "Slides only",
  low: "Low",
  fair: "Fair",
  medium: "Medium",
  high: "Full",
};

/** Return a quality in plain words with what it costs: "Slides only · 60 kbit/s". */
export function qualityName({ rung, bps }: Quality): string {
  return `${NAMES[rung]} · ${bitrate(bps)}`;
}

/** Return the words for "the player chooses", and what it has chosen. */
export function autoName(shown: Quality | undefined): string {
  return shown === undefined ? "Auto" : `Auto · ${bitrate(shown.bps)}`;
}
