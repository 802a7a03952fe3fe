/** Listens to the video and the page, and hands what happened to the log. The log's thin side. */

import type { Rung, SeekCause } from "../api";
import { advance, cut, noCoverage, take } from "./coverage";
import type { Coverage } from "./coverage";
import { newRecorder, record } from "./recorder";
import type { Recorder, Signal } from "./recorder";
import { bodyOf, watchUrl } from "./sender";
import type { Sender } from "./sender";
import type { LogSession } from "./session";

const FLUSH_MS = 15_000;
/** Coverage goes to disk this often while playing: what a crash may cost. */
const STORE_MS = 5_000;
/** Browsers refuse beacons beyond 64 KiB in all; what is left out is sent next time. */
const BEACON_BYTES = 60_000;

type Bare = Signal extends infer S ? (S extends Signal ? Omit<S, "positionS" | "atMs"> : never) : never;

export class Tracker {
  private recorder: Recorder;
  private coverage: Coverage = noCoverage;
  private beaconed = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly log: LogSession,
    private readonly sender: Sender,
    /** Whether the video waits for what is not made yet: that is no stall. */
    private readonly isAtEdge: () => boolean,
    private readonly signal: AbortSignal,
  ) {
    this.recorder = { ...newRecorder, isHidden: document.hidden };
    this.listenToVideo();
    this.listenToPage();
    const storing = setInterval(() => this.store(), STORE_MS);
    const flushing = setInterval(() => this.flush(), FLUSH_MS);
    signal.addEventListener("abort", () => [storing, flushing].forEach(clearInterval), { once: true });
  }

  /** To be told just before a seek the viewer asked for; `fromS` is where they began. */
  intent(cause: SeekCause, fromS: number): void {
    this.sample();
    this.coverage = cut(this.coverage);
    this.take({ type: "intent", cause }, fromS);
  }

  quality(rung: Rung, isAuto: boolean): void {
    this.take({ type: "quality", rung, isAuto });
  }

  recovering(): void {
    this.take({ type: "recovering" });
  }

  private listenToVideo(): void {
    const on = (name: string, signal: () => Bare): void =>
      this.video.addEventListener(name, () => this.hear(signal()), { signal: this.signal });
    on("timeupdate", () => ({ type: "tick" }));
    on("play", () => ({ type: "play" }));
    on("pause", () => ({ type: "pause", isEnded: this.video.ended }));
    on("waiting", () => ({ type: this.isAtEdge() ? "tick" : "waiting" }));
    on("playing", () => ({ type: "playing" }));
    on("seeking", () => ({ type: "seeking" }));
    on("seeked", () => ({ type: "seeked" }));
    on("ratechange", () => ({ type: "rate", rate: this.video.playbackRate }));
    on("ended", () => ({ type: "ended" }));
  }

  private listenToPage(): void {
    const { signal } = this;
    document.addEventListener("visibilitychange", () => this.changeVisibility(), { signal });
    // Safari tells of a closed page by this event alone.
    addEventListener("pagehide", () => this.leave(), { signal });
    addEventListener("online", () => void this.sender.drain(), { signal });
  }

  private hear(signal: Bare): void {
    if (signal.type === "seeking" || signal.type === "recovering") this.coverage = cut(this.coverage);
    else this.sample();
    this.take(signal);
    if (signal.type === "ended") this.flush();
  }

  private take(signal: Bare, positionS = this.video.currentTime): void {
    const [recorder, events] = record(this.recorder, { ...signal, positionS, atMs: performance.now() });
    this.recorder = recorder;
    if (events.length > 0) void this.log.add(events, this.played());
  }

  private sample(): void {
    const { currentTime, playbackRate, paused, seeking, readyState, duration } = this.video;
    const isPlaying = !paused && !seeking && readyState >= this.video.HAVE_CURRENT_DATA;
    const sample = { positionS: currentTime, atMs: performance.now(), rate: playbackRate, isPlaying };
    this.coverage = advance(this.coverage, sample, Number.isFinite(duration) ? duration : 0);
  }

  private played(): ReturnType<typeof take>[0] {
    const [ranges, rest] = take(this.coverage);
    this.coverage = rest;
    return ranges;
  }

  private store(): void {
    void this.log.add([], this.played());
  }

  private flush(): void {
    void this.log.add([], this.played()).then(() => this.sender.drain());
    this.log.close();
  }

  private changeVisibility(): void {
    if (document.hidden) this.sample();
    this.take({ type: "visibility", isHidden: document.hidden });
    if (document.hidden) this.leave();
    else this.log.stay();
  }

  /** The page may be gone in a moment: hand everything over. A beacon is no acknowledgement. */
  private leave(): void {
    this.store();
    this.log.close();
    const batches = this.log.unsettled();
    this.log.leave();
    const newest = Math.max(0, ...batches.map((batch) => batch.revision));
    if (newest <= this.beaconed) return; // hidden, then closed: it has been handed over already
    this.beaconed = newest;
    let roomBytes = BEACON_BYTES;
    for (const batch of batches) {
      const body = new Blob([bodyOf(batch)], { type: "application/json" });
      roomBytes -= body.size;
      if (roomBytes < 0) return;
      navigator.sendBeacon(watchUrl(batch.lectureId), body);
    }
  }
}
