/** What to do about an error of hls.js. Pure. */

import type { Trouble } from "./engine";
import { isWorthRetrying } from "./hls-config";

export interface PlayingError {
  isNetwork: boolean;
  isFatal: boolean;
  status: number | undefined;
  /** The browser has no decoder for any rung: nothing to recover to. */
  isUnknownCodec: boolean;
  /** A media error has been recovered from before. */
  hasRecovered: boolean;
}

export type Remedy = { do: "wait" } | { do: "nothing" } | { do: "recover" } | { do: "give up"; trouble: Trouble };

/** Tell what to do: the network is waited for, for ever; a media error is recovered from once. */
export function remedyFor({ isNetwork, isFatal, status, isUnknownCodec, hasRecovered }: PlayingError): Remedy {
  if (isNetwork && isWorthRetrying(status)) return { do: "wait" };
  if (!isFatal) return { do: "nothing" };
  if (isNetwork) return { do: "give up", trouble: "refused" };
  return hasRecovered || isUnknownCodec ? { do: "give up", trouble: "media" } : { do: "recover" };
}
