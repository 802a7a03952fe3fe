/**
 * The MediaRecorders of one take: started together, paused together, stopped with their last slice.
 *
 * What a browser does wrong is told (`failed`), never thrown: the other track goes on.
 */
import { startOffsetsMs } from "./clock";
import type { Role, TrackSource } from "./contract";
import { type Format, formatsFor } from "./formats";
import type { HeaderTrack } from "./journal";
import { SteadyPicture } from "./picture";
import { SoundTap, SteadySound } from "./sound";

export interface RecordersEvents {
  slice(role: Role, data: Blob): void;
  /** A sentence; null when what had failed is well again. */
  failed(role: Role, sentence: string | null): void;
}

/** This browser cannot record what it was given. */
export class CannotRecord extends Error {}

const SLICE_MS = 1000;
const LAST_SLICE_WITHIN_MS = 5000;

const GONE: Record<Role, { video: string; audio: string }> = {
  presentation: {
    video: "The screen is no longer shared. The rest is recorded on.",
    audio: "The screen's sound has ended. The picture is recorded on.",
  },
  presenter: {
    video: "The camera is gone. The rest is recorded on; plug it in again to go on with it.",
    audio: "The microphone is gone. The picture is recorded on; plug it in again to be heard.",
  },
};
const FIXED = "This browser cannot change the picture of a running recording. Stop, and start another one.";

/** One track's recorder and what it is fed. */
interface Recorded {
  role: Role;
  recorder: MediaRecorder;
  type: string;
  picture: SteadyPicture | null;
  sound: SteadySound | null;
  soundTrack: MediaStreamTrack | null;
}

export class Recorders {
  private readonly listening = new AbortController();
  private events: RecordersEvents = { slice: () => undefined, failed: () => undefined };

  private constructor(
    private readonly sources: readonly TrackSource[],
    private readonly recorded: readonly Recorded[],
  ) {}

  /** Prepare everything that takes time. Raises CannotRecord. */
  static async prepared(sources: readonly TrackSource[]): Promise<Recorders> {
    const recorded: Recorded[] = [];
    for (const source of sources) recorded.push(await prepare(source));
    return new Recorders(sources, recorded);
  }

  /** Start both; resolves, with when each began, as soon as that is known. */
  async start(events: RecordersEvents): Promise<HeaderTrack[]> {
    this.events = events;
    for (const each of this.recorded) this.listen(each);
    for (const { role, stream } of this.sources)
      for (const track of stream.getTracks()) this.watch(role, track);
    const sound = this.recorded.find(({ soundTrack }) => soundTrack !== null)?.soundTrack;
    const tap = sound ? new SoundTap(sound) : null;
    for (const { picture } of this.recorded) await picture?.holdBack();
    await tap?.next();
    const beganMs = new Map<Role, number>();
    for (const { role, recorder } of this.recorded) {
      recorder.start(SLICE_MS);
      beganMs.set(role, performance.now());
    }
    await tap?.next();
    for (const { role, picture } of this.recorded) {
      if (!picture) continue;
      picture.begin();
      beganMs.set(role, performance.now());
    }
    tap?.close();
    const offsetsMs = startOffsetsMs(beganMs);
    return this.recorded.map(({ role, type }) => ({ role, type, startOffsetMs: offsetsMs.get(role) ?? 0 }));
  }

  pause(): void {
    for (const { recorder } of this.recorded) if (recorder.state === "recording") recorder.pause();
  }

  resume(): void {
    for (const { recorder } of this.recorded) if (recorder.state === "paused") recorder.resume();
  }

  /** To be called about once a second. */
  tick(): void {
    for (const { picture } of this.recorded) void picture?.repeatIfStill();
  }

  replace(role: Role, track: MediaStreamTrack): void {
    const isSound = track.kind === "audio";
    const target = this.recorded.find((each) => (isSound ? each.sound : each.picture && each.role === role));
    const line = isSound ? target?.sound : target?.picture;
    if (!line) {
      this.events.failed(role, FIXED);
      return;
    }
    line.replace(track);
    this.watch(role, track);
    this.events.failed(role, null);
  }

  /** Stop; resolves when every last slice was handed over. The sources are left running. */
  async stop(): Promise<void> {
    this.listening.abort();
    await Promise.all(this.recorded.map(({ recorder }) => stopped(recorder)));
    for (const { picture, sound } of this.recorded) {
      picture?.close();
      sound?.close();
    }
  }

  private listen({ role, recorder }: Recorded): void {
    recorder.addEventListener("dataavailable", ({ data }) => {
      if (data.size > 0) this.events.slice(role, data);
    });
    const fail = (): void => this.events.failed(role, this.stoppedSentence(role));
    recorder.addEventListener("error", fail, { signal: this.listening.signal });
    recorder.addEventListener("stop", fail, { signal: this.listening.signal });
  }

  private stoppedSentence(role: Role): string {
    const what = role === "presentation" ? "the screen" : "the camera and the microphone";
    return `The browser stopped recording ${what}. What was recorded is kept; stop, and start another recording.`;
  }

  private watch(role: Role, track: MediaStreamTrack): void {
    const tell = (): void => this.events.failed(role, GONE[role][track.kind === "audio" ? "audio" : "video"]);
    track.addEventListener("ended", tell, { signal: this.listening.signal });
  }
}

async function prepare({ role, stream }: TrackSource): Promise<Recorded> {
  const [video] = stream.getVideoTracks();
  const audio = stream.getAudioTracks();
  const picture = video ? await SteadyPicture.of(video) : null;
  const sound = audio.length > 0 ? await SteadySound.of(audio) : null;
  const soundTrack = sound?.track ?? audio[0] ?? null;
  const tracks = [picture?.track ?? video, soundTrack].filter((track) => track != null);
  const formats = formatsFor({ role, hasPicture: video !== undefined, hasSound: soundTrack !== null }, (type) =>
    MediaRecorder.isTypeSupported(type),
  );
  const recorder = recorderOf(new MediaStream(tracks), formats);
  return { role, recorder, type: recorder.mimeType, picture, sound, soundTrack };
}

function recorderOf(stream: MediaStream, formats: readonly Format[]): MediaRecorder {
  for (const format of formats) {
    try {
      return new MediaRecorder(stream, format);
    } catch (error) {
      console.info(`recorder: ${format.mimeType} is not written here after all`, error);
    }
  }
  throw new CannotRecord("This browser cannot record. Please use a current Chrome, Edge, Firefox or Safari.");
}

/** A recorder that never says that it has stopped is not waited for. */
function stopped(recorder: MediaRecorder): Promise<unknown> {
  if (recorder.state === "inactive") return Promise.resolve();
  const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  recorder.stop();
  return Promise.race([ended, new Promise((resolve) => setTimeout(resolve, LAST_SLICE_WITHIN_MS))]);
}
