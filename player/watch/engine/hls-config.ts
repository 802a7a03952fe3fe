/** How hls.js is set up for poor links: start small, load far ahead, never give up. */

import type { HlsConfig, LoadPolicy, RetryConfig } from "hls.js";

/** Loaded ahead before Play is pressed: enough to start at once, little if it never is. */
export const AHEAD_AT_REST_S = 12;
/** Loaded ahead while playing: a bus ride's dead spots. Two minutes of `low` are about 2 MB. */
export const AHEAD_S = 120;

const RETRY: RetryConfig = {
  maxNumRetry: Number.POSITIVE_INFINITY,
  retryDelayMs: 1000,
  maxRetryDelayMs: 5000,
  backoff: "exponential",
  shouldRetry: (_config, _count, isTimeout, response) => isTimeout || isWorthRetrying(response?.code),
};

/**
 * Tell whether asking again can help: no answer at all (0), or the server's own trouble; also when
 * it asks for patience. Any other answer below 500 stays what it is.
 */
export function isWorthRetrying(status: number | undefined): boolean {
  return status === undefined || status === 0 || status >= 500 || status === 408 || status === 429;
}

// A segment of 6 s at 60 kbit/s is 45 kB: 12 s on a 30 kbit/s link. Slow is not broken.
const PATIENT: LoadPolicy = {
  default: { maxTimeToFirstByteMs: 20_000, maxLoadTimeMs: 120_000, timeoutRetry: RETRY, errorRetry: RETRY },
};

/**
 * Return how far to load ahead. hls.js takes the first as the least and, at the bitrates of slides,
 * loads up to the second: 600 s unless told otherwise.
 */
export function ahead(seconds: number): Pick<HlsConfig, "maxBufferLength" | "maxMaxBufferLength"> {
  return { maxBufferLength: seconds, maxMaxBufferLength: seconds };
}

export function configFor(startS: number): Partial<HlsConfig> {
  return {
    autoStartLoad: false, // not before it is known which set of rungs is played
    startPosition: startS, // never -1: of a lecture that grows it would be the live edge
    startLevel: 0, // the lowest: text is sharp there too, and it starts soonest
    testBandwidth: false,
    abrEwmaDefaultEstimate: 100_000,
    ...ahead(AHEAD_AT_REST_S),
    backBufferLength: 300, // "ten seconds back" again and again costs no bytes
    enableWorker: false, // fMP4 is passed through; a worker would only copy it
    lowLatencyMode: false,
    errorPenaltyExpireMs: 30_000, // an outage must not bar a rung for the rest of the lecture
    manifestLoadPolicy: PATIENT,
    playlistLoadPolicy: PATIENT,
    fragLoadPolicy: PATIENT,
  };
}
