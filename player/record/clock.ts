/** The time of a take, without its pauses, and when its tracks began. Pure: moments come in as numbers. */
import type { Role } from "./contract";

/** A pause: at which recorded second, and how long. */
export interface Pause {
  atMs: number;
  lastedMs: number;
}

/** Counts what is recorded, nothing before its start. All moments are of one clock that never goes back (`performance.now()`). */
export class TakeClock {
  readonly pauses: Pause[] = [];
  private countedMs = 0;
  private runsSinceMs = Infinity;
  private pausedAtMs: number | null = null;

  start(nowMs: number): void {
    this.runsSinceMs = nowMs;
  }

  get isPaused(): boolean {
    return this.pausedAtMs !== null;
  }

  recordedMs(nowMs: number): number {
    return this.countedMs + (this.pausedAtMs === null ? Math.max(0, nowMs - this.runsSinceMs) : 0);
  }

  /** A pause within a pause is none. */
  pause(nowMs: number): void {
    if (this.pausedAtMs !== null) return;
    this.countedMs = this.recordedMs(nowMs);
    this.pausedAtMs = nowMs;
  }

  resume(nowMs: number): void {
    if (this.pausedAtMs === null) return;
    this.pauses.push({ atMs: Math.round(this.countedMs), lastedMs: Math.round(nowMs - this.pausedAtMs) });
    this.runsSinceMs = nowMs;
    this.pausedAtMs = null;
  }
}

/** Return by how many ms each track began after the first one. */
export function startOffsetsMs(beganMs: ReadonlyMap<Role, number>): Map<Role, number> {
  const firstMs = Math.min(...beganMs.values());
  return new Map([...beganMs].map(([role, ms]) => [role, Math.round(ms - firstMs)]));
}
