/** Puts the player together: video, store, engine, controls, place and log. */

import { element } from "./api";
import type { Growing, Pictures, Rung, SeekCause } from "./api";
import { Controls } from "./controls/controls";
import { markFilm, showFilm } from "./controls/film";
import { Notice } from "./controls/notice";
import { Preview } from "./controls/preview";
import { SeekBar } from "./controls/seek-bar";
import { loadEngine } from "./engine/choice";
import type { Engine, StartEngine } from "./engine/engine";
import { takeLastWords } from "./log/last-words";
import { openOutbox } from "./log/outbox";
import { Sender } from "./log/sender";
import { LogSession, newSession } from "./log/session";
import { Tracker } from "./log/tracker";
import { askedFor, continueFrom, Place } from "./place";
import { shelf } from "./shelf";
import { MediaStore } from "./store";
import { parseStoryboard } from "./storyboard";

/** Loaded ahead before the small pictures are fetched. */
const ENOUGH_S = 10;
/** So near to the end of what is made the video may have nothing more to play. */
const EDGE_S = 1;

export interface Lecture {
  lectureId: string;
  viewer: string;
  playlistUrl: string;
  /** What there is of it while it is made; null when it is complete. */
  growing: Growing | null;
  posterUrl: string | null;
  storyboardUrl: string | null;
  durationS: number | null;
}

/** Show the player and make it work; `signal` ends everything it started. */
export async function startPlayer(lecture: Lecture, signal: AbortSignal): Promise<Player> {
  const video = element("video") as HTMLVideoElement;
  const store = new MediaStore({ video, frame: element("player") }, signal);
  element("watch").hidden = false;
  const player = new Player(lecture, video, store, signal);
  await player.start();
  return player;
}

export class Player {
  private readonly notice: Notice;
  private readonly preview = new Preview();
  private readonly place: Place;
  private controls: Controls | null = null;
  private tracker: Tracker | null = null;
  private engine: Engine | null = null;
  private hasPictures = false;
  private isGrowing: boolean;
  private storyboardUrl: string | null;

  constructor(
    private readonly lecture: Lecture,
    private readonly video: HTMLVideoElement,
    private readonly store: MediaStore,
    private readonly signal: AbortSignal,
  ) {
    this.notice = new Notice(signal);
    this.place = new Place(lecture.viewer, lecture.lectureId);
    this.isGrowing = lecture.growing !== null;
    this.storyboardUrl = lecture.storyboardUrl;
  }

  /** The lecture grows no more, and its pictures are there. */
  complete(pictures: Pictures): void {
    this.isGrowing = false;
    this.storyboardUrl = pictures.storyboard_url;
    this.loadPicturesInTime();
  }

  /** Better qualities have become ready. Tells whether they can be played without a new page. */
  async takeNewRungs(): Promise<boolean> {
    return (await this.engine?.takeNewRungs()) ?? false;
  }

  async start(): Promise<void> {
    const loading = loadEngine(this.video); // on its way while the log opens
    const [startS, cause] = this.beginning();
    this.tracker = await this.openLog();
    this.openControls();
    const start = await loading;
    if (start === null) {
      this.notice.change({ trouble: "media" });
      return;
    }
    if (startS > 0) this.tracker.intent(cause, 0);
    else this.showPoster();
    this.place.follow(this.video, () => this.isGrowing, this.signal);
    this.engine = this.openEngine(start, startS);
    this.video.addEventListener("play", () => this.begun(), { signal: this.signal });
    this.video.addEventListener("loadedmetadata", () => this.showKind(), { signal: this.signal });
    this.store.watch("buffered", () => this.loadPicturesInTime());
    // Not before the video has got there: until then it could not be sent back either.
    const offer = (): void => this.offerStart(startS);
    if (cause === "resume" && startS > 0)
      this.video.addEventListener("seeked", offer, { signal: this.signal, once: true });
  }

  /**
   * Not where playing goes on in the middle: the picture of that place says more. And not on a slow
   * link, where it would take the first frame's bytes.
   */
  private showPoster(): void {
    if (this.lecture.posterUrl !== null && !isSlow(navigator as Navigator & Link)) this.video.poster = this.lecture.posterUrl;
  }

  private showKind(): void {
    element("player").dataset["picture"] = this.video.videoWidth === 0 ? "none" : "some";
  }

  private beginning(): [number, SeekCause] {
    const asked = askedFor(location.search, this.lecture.durationS);
    if (asked !== null) return [asked, "start"];
    const { positionS, durationS } = this.place.read();
    return [continueFrom(positionS, durationS), "resume"];
  }

  private async openLog(): Promise<Tracker> {
    const { lectureId, viewer } = this.lecture;
    const outbox = await openOutbox(Date.now());
    await takeLastWords(shelf, viewer, outbox);
    const log = new LogSession({ outbox, lectureId, viewer, session: newSession(), nowMs: Date.now });
    const sender = new Sender(outbox, viewer, this.signal, (batch) => log.settled(batch));
    void sender.drain(); // what earlier visits could not send
    return new Tracker(this.video, log, sender, () => this.isAtEdge(), this.signal);
  }

  /** Whether the video stands where the lecture ends so far, while it is made. */
  private isAtEdge(): boolean {
    return this.isGrowing && this.store.get("durationS") - this.store.get("positionS") < EDGE_S;
  }

  private openEngine(start: StartEngine, startS: number): Engine {
    return start({
      video: this.video,
      playlistUrl: this.lecture.playlistUrl,
      startS,
      signal: this.signal,
      events: {
        qualities: (qualities) => this.controls?.showQualities(qualities),
        quality: (rung, isAuto) => this.showQuality(rung, isAuto),
        trouble: (trouble) => this.notice.change({ trouble }),
        recovering: () => this.tracker?.recovering(),
      },
    });
  }

  private openControls(): void {
    const seekTo = this.seekTo.bind(this);
    const toggle = (cause: SeekCause): void => this.toggle(cause);
    const choose = (rung: Rung | null): void => this.engine?.choose(rung);
    this.controls = new Controls(this.store, { toggle, seekTo, choose }, this.signal);
    new SeekBar(this.store, seekTo, this.preview, this.signal);
    this.store.watch("isWaiting", (isWaiting) => this.notice.waiting(isWaiting, this.isAtEdge()));
    this.store.watch("positionS", markFilm);
  }

  private showQuality(rung: Rung, isAuto: boolean): void {
    this.tracker?.quality(rung, isAuto);
    this.controls?.showQuality(rung, isAuto);
  }

  private toggle(cause: SeekCause): void {
    if (this.store.get("isEnded")) this.seekTo(0, cause === "key" ? "key" : "start");
    this.store.set("isPaused", !this.store.get("isPaused"));
  }

  private seekTo(targetS: number, cause: SeekCause, fromS = this.store.get("positionS")): void {
    const durationS = this.store.get("durationS");
    if (durationS === 0) return;
    this.tracker?.intent(cause, fromS);
    this.store.set("positionS", Math.min(durationS, Math.max(0, targetS)));
  }

  private begun(): void {
    this.engine?.loadAhead();
    this.notice.change({ continuesAtS: null });
  }

  private offerStart(startS: number): void {
    if (!this.store.get("isPaused")) return;
    this.notice.change({ continuesAtS: startS });
    const fromStart = (): void => {
      this.notice.change({ continuesAtS: null });
      this.seekTo(0, "start");
      this.store.set("isPaused", false);
    };
    element("from-start").addEventListener("click", fromStart, { signal: this.signal });
  }

  /** The pictures come when there is enough to play: they must not take the lecture's bytes. */
  private loadPicturesInTime(): void {
    const [positionS, durationS] = [this.store.get("positionS"), this.store.get("durationS")];
    const loaded = this.store.get("buffered").find(([fromS, toS]) => fromS <= positionS + 0.5 && positionS < toS);
    const isLoaded = loaded !== undefined && (loaded[1] - positionS >= ENOUGH_S || loaded[1] >= durationS - 1);
    const isEnough = isLoaded || this.store.get("isEnded");
    if (this.hasPictures || !isEnough || this.storyboardUrl === null) return;
    this.hasPictures = true;
    void this.loadPictures(this.storyboardUrl);
  }

  private async loadPictures(storyboardUrl: string): Promise<void> {
    const response = await fetch(storyboardUrl, { signal: this.signal }).catch(() => null);
    if (!response?.ok) return; // the bar works without them
    const pictures = parseStoryboard(await response.text(), response.url);
    this.preview.setPictures(pictures);
    showFilm(pictures, (startS) => this.seekTo(startS, "button"));
    markFilm(this.store.get("positionS"));
  }
}

/** Only Chromium tells: `effectiveType` is 4g from about 700 kbit/s on. */
interface Link {
  connection?: { effectiveType?: string; saveData?: boolean };
}

function isSlow({ connection }: Link): boolean {
  return connection?.saveData === true || (connection?.effectiveType ?? "4g") !== "4g";
}
