/** How loud the microphone is, and since when nobody was heard. */

const FLOOR_DB = -90;
const SILENT_BELOW_DB = -50;
const SILENT_AFTER_MS = 10_000;
const VOICE_ABOVE_DB = -45;
const VOICE_FOR_MS = 400;

/** Follows levels: whether a voice was heard, and whether it has been silent for too long. Pure. */
export class Listening {
  private voiceMs = 0;
  private heardAtMs: number | null = null;
  private lastMs: number | null = null;

  /** Take the level now. */
  take(db: number, atMs: number): void {
    const passedMs = this.lastMs === null ? 0 : atMs - this.lastMs;
    this.lastMs = atMs;
    if (db > VOICE_ABOVE_DB) this.voiceMs += passedMs;
    if (db >= SILENT_BELOW_DB || this.heardAtMs === null) this.heardAtMs = atMs;
  }

  /** Somebody spoke, and it was no click. */
  get hasHeard(): boolean {
    return this.voiceMs >= VOICE_FOR_MS;
  }

  get isSilent(): boolean {
    return this.heardAtMs !== null && this.lastMs !== null && this.lastMs - this.heardAtMs >= SILENT_AFTER_MS;
  }

  /** Begin to wait anew, as after a pause. */
  restart(): void {
    this.heardAtMs = null;
  }
}

/** The level of samples from -1 to 1, in dBFS. Pure. */
export function dbfs(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum === 0 ? FLOOR_DB : Math.max(FLOOR_DB, 10 * Math.log10(sum / samples.length));
}

/** Where a level stands on a meter from 0 to 1. Pure. */
export function shareOf(db: number): number {
  return Math.min(1, Math.max(0, 1 + db / 60));
}

/** Call `onLevel` ten times a second with the level of a stream's sound, until `signal` is aborted. */
export function meter(stream: MediaStream, onLevel: (db: number) => void, signal: AbortSignal): void {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 4096 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    onLevel(dbfs(samples));
  }, 100);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    void context.close();
  }, { once: true });
}
