/**
 * Sends one take, its tracks in turn, until the server has everything.
 *
 * After any doubt the server is asked how far it is, and the sending goes on from there. It never gives up: what
 * the server refuses may be put right by people, so it is asked again, ever more seldom.
 */
import type { TakeTrouble } from "./contract";
import type { HeaderTrack, TakeHeader } from "./journal";
import type { KeptTrack } from "./kept-track";
import { firstChunkBytes, lessBytes, nextChunkBytes, type Reaction, reactionTo, sentenceFor, type Step, waitMs } from "./patience";
import { type Server, ServerSays } from "./server";

export interface SenderEvents {
  sent(): void;
  trouble(kind: TakeTrouble | null, sentence: string): void;
  lecture(id: string, url: string): void;
}

/** A take as it is sent. */
export interface Outgoing {
  readonly header: TakeHeader;
  readonly tracks: readonly KeptTrack[];
  /** Write down what the server has answered. */
  note(changes: Partial<TakeHeader>): Promise<void>;
}

const MAX_ANEW = 3; // a server that loses an upload this often is waited for

/** How far the sending of a track is. */
class Sending {
  url: string | null = null;
  /** What the server has; null when it has to be asked. */
  offset: number | null = null;
  isDone = false;
  chunkBytes = firstChunkBytes;
  step: Step = "lecture";

  constructor(readonly track: KeptTrack) {}
}

export class Sender {
  private readonly sendings: readonly Sending[];
  private isComplete = false;
  private areMarksSent = false;
  private failures = 0;
  private anew = 0;
  private isHurried = false;
  private wakes = 0;
  private onWake: () => void = () => undefined;

  constructor(
    private readonly take: Outgoing,
    private readonly server: Server,
    private readonly events: SenderEvents,
  ) {
    this.sendings = take.tracks.map((track) => new Sending(track));
  }

  /** Something may be possible now: a slice came, or a second went by. */
  wake(): void {
    this.wakes += 1;
    this.onWake();
  }

  /** The network is said to be back: do not wait any longer. */
  hurry(): void {
    this.isHurried = true;
    this.wake();
  }

  /** Nothing more will be recorded. */
  complete(): void {
    this.isComplete = true;
    this.hurry();
  }

  /** Resolves when the server has everything. */
  async run(): Promise<void> {
    for (const sending of this.sendings) sending.url = this.take.header.uploads[sending.track.role] ?? null;
    while (!this.isDone()) {
      const seen = this.wakes;
      let hasMoved = false;
      for (const sending of this.sendings) hasMoved = (await this.attempt(sending)) || hasMoved;
      if (!hasMoved && !this.isDone() && seen === this.wakes)
        await new Promise<void>((resolve) => (this.onWake = resolve));
    }
    this.events.trouble(null, "");
  }

  private isDone(): boolean {
    return this.isComplete && this.sendings.every(({ isDone, track }) => isDone || track.table.bytes === 0);
  }

  /** Go one step on with a track. Returns false when there is nothing to do, or after a failure has been waited out. */
  private async attempt(sending: Sending): Promise<boolean> {
    try {
      const hasMoved = await this.goOn(sending);
      if (hasMoved && sending.step === "append") this.succeeded();
      return hasMoved;
    } catch (error) {
      if (!(error instanceof ServerSays)) throw error;
      await this.react(sending, error);
      return true;
    }
  }

  private succeeded(): void {
    if (this.failures > 0) this.events.trouble(null, "");
    this.failures = 0;
  }

  private async goOn(sending: Sending): Promise<boolean> {
    if (sending.isDone || sending.track.table.bytes === 0) return false;
    if (!this.take.header.lecture && !(await this.makeLecture(sending))) return false;
    if (sending.url === null) return this.makeUpload(sending);
    if (sending.offset === null) return this.askState(sending, sending.url);
    if (this.isComplete && !this.areMarksSent) return this.sendMarks(sending); // the token ends with the last byte
    return this.append(sending, sending.url, sending.offset);
  }

  /** Made once every track has something, so that none is promised that never comes. */
  private async makeLecture(sending: Sending): Promise<boolean> {
    const filled = this.sendings.filter(({ track }) => track.table.bytes > 0).map(({ track }) => track.role);
    if (filled.length < this.sendings.length && !this.isComplete) return false;
    sending.step = "lecture";
    const tracks = this.take.header.tracks.filter(({ role }) => filled.includes(role));
    const lecture = await this.server.makeLecture(this.take.header, tracks);
    await this.take.note({ lecture });
    this.events.lecture(lecture.id, lecture.url);
    return true;
  }

  private async makeUpload(sending: Sending): Promise<boolean> {
    sending.step = "upload";
    const { role } = sending.track;
    const trackId = this.take.header.lecture?.trackIds[role];
    if (trackId === undefined) throw new ServerSays(400, "The server made a lecture without one of the tracks.");
    sending.url = await this.server.makeUpload(this.headerTrack(role), trackId, this.token());
    sending.offset = 0;
    await this.take.note({ uploads: { ...this.take.header.uploads, [role]: sending.url } });
    return true;
  }

  private async askState(sending: Sending, url: string): Promise<boolean> {
    sending.step = "state";
    const { offset, isComplete } = await this.server.uploadState(url, this.token());
    const hasAll = this.isComplete && offset >= sending.track.table.bytes;
    if (isComplete && !hasAll) throw new ServerSays(409, "This recording was finished elsewhere.");
    this.advance(sending, offset);
    sending.isDone = isComplete;
    return true;
  }

  /** A server that will not have them gets the recording all the same. */
  private async sendMarks(sending: Sending): Promise<boolean> {
    sending.step = "marks";
    const { lecture, marks } = this.take.header;
    try {
      if (lecture && marks.length > 0) await this.server.mark(lecture.id, marks, this.token());
    } catch (error) {
      if (!(error instanceof ServerSays) || this.reactionTo(sending, error) !== "refused") throw error;
      console.warn("recorder: the chapters were refused", error);
    }
    this.areMarksSent = true;
    return true;
  }

  private async append(sending: Sending, url: string, offset: number): Promise<boolean> {
    const { track } = sending;
    const isComplete = this.isComplete; // before reading: it may turn true in between
    const endsAt = Math.max(track.table.bytes, offset); // the server may have what this computer had no room for
    if (offset >= endsAt && !isComplete) return false;
    sending.step = "append";
    const data = await track.read(offset, sending.chunkBytes);
    if (data.length === 0 && offset < endsAt) throw new ServerSays(400, "A part of it was on the server only.");
    const length = isComplete && offset + data.length === endsAt ? endsAt : null;
    const beganMs = performance.now();
    this.advance(sending, await this.server.append(url, { offset, data, length }, this.token()));
    if (data.length === sending.chunkBytes) sending.chunkBytes = nextChunkBytes(data.length, performance.now() - beganMs);
    sending.isDone = length !== null;
    return true;
  }

  private advance(sending: Sending, offset: number): void {
    sending.offset = offset;
    sending.track.sentBytes = offset;
    this.events.sent();
  }

  private async react(sending: Sending, says: ServerSays): Promise<void> {
    const reaction = this.reactionTo(sending, says);
    sending.offset = null;
    sending.chunkBytes = lessBytes(sending.chunkBytes);
    this.failures += 1;
    const kind = await this.repaired(sending, reaction);
    // A first failure passes mostly: a server that restarts, a Wi-Fi that changes its point of access.
    if (kind !== null && (kind !== "offline" || this.failures > 1))
      this.events.trouble(kind, sentenceFor(says.status, says.message));
    await this.pause(waitMs(this.failures, kind !== null && kind !== "offline"));
  }

  private reactionTo({ step }: Sending, { status }: ServerSays): Reaction {
    return reactionTo(status, step, this.token() !== null && step !== "lecture");
  }

  /** Make ready for the next try. Returns what to tell people; null when it needs nobody. */
  private async repaired(sending: Sending, reaction: Reaction): Promise<TakeTrouble | null> {
    switch (reaction) {
      case "wait":
        return "offline";
      case "ask":
        return this.failures > MAX_ANEW ? "refused" : null;
      case "without-token":
        if (this.take.header.lecture) await this.take.note({ lecture: { ...this.take.header.lecture, uploadToken: null } });
        return null;
      case "upload-anew":
      case "lecture-anew":
        if (++this.anew > MAX_ANEW) return "refused";
        for (const each of reaction === "lecture-anew" ? this.sendings : [sending]) {
          each.url = each.offset = null;
          each.isDone = false;
        }
        if (reaction === "lecture-anew")
          await this.take.note({ lecture: null, uploads: {}, lecturesBefore: this.take.header.lecturesBefore + 1 });
        return null;
      default:
        return reaction;
    }
  }

  private token(): string | null {
    return this.take.header.lecture?.uploadToken ?? null;
  }

  private headerTrack(role: HeaderTrack["role"]): HeaderTrack {
    const track = this.take.header.tracks.find((each) => each.role === role);
    if (!track) throw new TypeError(`no such track: ${role}`);
    return track;
  }

  /** Wait, also where a hidden tab's timers are slowed down: every wake looks at the clock. */
  private pause(ms: number): Promise<void> {
    const endMs = performance.now() + ms;
    this.isHurried = false;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.onWake = () => {
        if (this.isHurried || performance.now() >= endMs) end();
      };
    });
  }
}
