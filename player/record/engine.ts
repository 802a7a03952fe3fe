/**
 * A take from its start until the server has it: recorders → journal → sender. This file connects them; the page
 * knows nothing else of the engine (contract.ts).
 */
import { TakeClock } from "./clock";
import type { Role, Take, TakeEvents, TakeOptions } from "./contract";
import { HeldTake, hold } from "./held-take";
import { type Journal, newJournal, type TakeHeader } from "./journal";
import { leftBytes, roomSentence } from "./room";
import { Sender } from "./sender";
import { httpServer } from "./server";
import { Recorders } from "./take";
import { Troubles } from "./troubles";

export { discardTake, finishTake, interruptedTakes } from "./interrupted";
export { CannotRecord } from "./take";

const TICK_MS = 1000;
const LOOK_FOR_ROOM_TICKS = 30;
/** What may wait in memory while this computer is full: two minutes of both tracks. */
const MAX_WAITING_BYTES = 64 * 2 ** 20;

const COMPUTER_FULL =
  "This computer has no room left for the recording. It goes on and is sent straight to the server; free some space, or stop soon.";
const STOPPED_FULL =
  "This computer has no room left, and the server cannot be reached: the recording was stopped. What was recorded until then is kept.";
const SENDING_FAILED =
  "This page cannot send the recording any more. It is safe on this computer: stop, load the page again, and send it from there.";
const NOTHING_RECORDED = "The browser recorded nothing. Please choose the screen, camera or microphone again.";

/**
 * Start recording; resolves when all tracks run. Raises CannotRecord when the browser cannot, and DOMException when it
 * keeps nothing on this computer.
 */
export async function startTake(options: TakeOptions): Promise<Take> {
  const recorders = await Recorders.prepared(options.sources);
  const id = crypto.randomUUID();
  const release = await hold(id);
  const journal = await newJournal(id);
  const take = new RunningTake(options.events, recorders, journal, new HeldTake(journal, newHeader(id, options)));
  void take.ended.then(release);
  try {
    await take.begin();
  } catch (error) {
    await take.abandon();
    throw error;
  }
  return take;
}

function newHeader(id: string, { classId, title, isLive, sources }: TakeOptions): TakeHeader {
  const tracks = sources.map(({ role }) => ({ role, type: "", startOffsetMs: 0 }));
  const startedAt = Date.now();
  const unsent = { lecture: null, lecturesBefore: 0, uploads: {} };
  return { id, classId, title, isLive, startedAt, tracks, pauses: [], marks: [], ...unsent };
}

class RunningTake implements Take {
  readonly ended: Promise<void>;
  private readonly clock = new TakeClock();
  private readonly listening = new AbortController();
  private readonly troubles: Troubles;
  private readonly sender: Sender;
  private keeping: Promise<void> = Promise.resolve();
  private ticks = 0;
  private timer = 0;
  private ending: Promise<void> | null = null;
  private onEnded: () => void = () => undefined;

  constructor(
    private readonly events: TakeEvents,
    private readonly recorders: Recorders,
    private readonly journal: Journal,
    private readonly held: HeldTake,
  ) {
    this.ended = new Promise((resolve) => (this.onEnded = resolve));
    this.troubles = new Troubles((kind, sentence) => events.trouble(kind, sentence));
    this.sender = new Sender(held, httpServer, {
      sent: () => this.tellSafe(),
      trouble: (kind, sentence) => this.troubles.set("sending", kind && { kind, sentence }),
      lecture: (id, url) => events.lecture(id, url),
    });
  }

  async begin(): Promise<void> {
    const tracks = await this.recorders.start({
      slice: (role, data) => this.keep(role, data),
      failed: (role, sentence) =>
        this.troubles.set(role, sentence === null ? null : { kind: "recorder-failed", sentence }),
    });
    this.clock.start(performance.now());
    await this.held.note({ tracks, startedAt: Date.now() });
    window.addEventListener("online", () => this.sender.hurry(), { signal: this.listening.signal });
    this.journal.onTick = () => this.tick();
    if (!this.journal.ticks) this.timer = window.setInterval(() => this.tick(), TICK_MS);
    void this.send();
  }

  /** It has not begun: leave nothing. */
  async abandon(): Promise<void> {
    await this.recorders.stop();
    await this.leave();
  }

  pause(): void {
    this.recorders.pause();
    this.clock.pause(performance.now());
  }

  resume(): void {
    this.recorders.resume();
    this.clock.resume(performance.now());
    void this.held.note({ pauses: [...this.clock.pauses] });
  }

  mark(title: string): void {
    const atMs = Math.round(this.clock.recordedMs(performance.now()));
    void this.held.note({ marks: [...this.held.header.marks, { atMs, title }] });
  }

  replace(role: Role, track: MediaStreamTrack): void {
    this.recorders.replace(role, track);
  }

  /** Resolves when the last slice is on this computer; `ended` is told when the server has it. */
  stop(): Promise<void> {
    this.ending ??= this.end();
    return this.ending;
  }

  private async end(): Promise<void> {
    this.clock.pause(performance.now());
    await this.recorders.stop();
    await this.keeping;
    if (this.held.safe(0).bytes === 0)
      this.troubles.set("recorders", { kind: "recorder-failed", sentence: NOTHING_RECORDED });
    this.sender.complete();
  }

  private async send(): Promise<void> {
    try {
      await this.sender.run();
    } catch (error) {
      console.error("recorder: the sending ended", error);
      this.troubles.set("sending", { kind: "refused", sentence: SENDING_FAILED });
      return;
    }
    await this.leave();
    this.events.ended();
  }

  private async leave(): Promise<void> {
    this.listening.abort();
    window.clearInterval(this.timer);
    await this.journal.remove();
    this.onEnded();
  }

  /** Slices are kept one after the other, in the order they came. */
  private keep(role: Role, data: Blob): void {
    const endsMs = Math.round(this.clock.recordedMs(performance.now()));
    this.keeping = this.keeping.then(async () => this.kept(role, await data.arrayBuffer(), endsMs));
  }

  private async kept(role: Role, data: ArrayBuffer, endsMs: number): Promise<void> {
    const isSafe = await this.held.track(role)?.keep(data, endsMs);
    this.troubles.set("journal", isSafe === false ? { kind: "computer-full", sentence: COMPUTER_FULL } : null);
    this.sender.wake();
    this.tellSafe();
    if (this.held.waitingBytes <= MAX_WAITING_BYTES || this.ending) return;
    this.troubles.set("waiting", { kind: "computer-full", sentence: STOPPED_FULL });
    void this.stop();
  }

  private tick(): void {
    this.recorders.tick();
    this.sender.wake();
    this.tellSafe();
    if (this.ticks++ % LOOK_FOR_ROOM_TICKS === 0) void this.lookForRoom();
  }

  private async lookForRoom(): Promise<void> {
    const left = await leftBytes();
    const recordedMs = this.clock.recordedMs(performance.now());
    const sentence = left === null ? null : roomSentence(left, this.held.safe(0).bytes, recordedMs);
    this.troubles.set("room", sentence === null ? null : { kind: "computer-full", sentence });
  }

  private tellSafe(): void {
    this.events.safe(this.held.safe(this.clock.recordedMs(performance.now())));
  }
}
