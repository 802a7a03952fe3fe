/** Knows a file again that was being sent before the page was reloaded. Pure. */

import { type Chosen, type Delivery, type FileFacts, type TrackTransfer, unfinished } from "./state";

export interface Match {
  delivery: Delivery;
  /** Which track each chosen file goes on with. */
  found: { track: TrackTransfer; file: FileFacts }[];
  /** What still has to be chosen before it can go on. */
  missing: TrackTransfer[];
}

/** Name, size and date: a browser tells nothing else before reading the whole file. */
export function isSameFile(one: FileFacts, other: FileFacts): boolean {
  return (
    one.name === other.name &&
    one.sizeBytes === other.sizeBytes &&
    one.modifiedMs === other.modifiedMs
  );
}

/** Return the interrupted delivery that every chosen file belongs to; null when there is none. */
export function matchInterrupted(interrupted: Delivery[], chosen: Chosen): Match | null {
  const files = [chosen.recording, chosen.camera].filter((file) => file !== null);
  for (const delivery of files.length > 0 ? interrupted : []) {
    const match = matchOne(delivery, files);
    if (match.found.length === files.length) return match;
  }
  return null;
}

function matchOne(delivery: Delivery, files: FileFacts[]): Match {
  const match: Match = { delivery, found: [], missing: [] };
  for (const track of unfinished(delivery)) {
    const file = files.find((one) => isSameFile(one, track.file));
    if (file) match.found.push({ track, file });
    else match.missing.push(track);
  }
  return match;
}
