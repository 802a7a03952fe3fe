/**
 * Sound that stays one track while microphones come and go: it passes an AudioContext, whose output never ends.
 * A microphone that is gone is silence.
 */

interface SoundSource {
  readable: ReadableStream<AudioData>;
}
interface Breakout {
  MediaStreamTrackProcessor?: new (options: { track: MediaStreamTrack }) => SoundSource;
}
/** A sink of no device runs by the computer's clock, that of the pictures, and not by a sound card's. */
interface SilentSink extends AudioContextOptions {
  sinkId: { type: "none" };
}

const RUNNING_WITHIN_MS = 1000;
const HEARD_WITHIN_MS = 300;

export class SteadySound {
  private constructor(
    private readonly context: AudioContext,
    private readonly output: MediaStreamAudioDestinationNode,
    private inputs: { track: MediaStreamTrack; node: MediaStreamAudioSourceNode }[],
  ) {}

  /** Mix these tracks; null when this page may not make sound pass, so that they are to be recorded directly. */
  static async of(sources: readonly MediaStreamTrack[]): Promise<SteadySound | null> {
    const silent: SilentSink = { sinkId: { type: "none" } };
    const context = new AudioContext(silent);
    const sound = new SteadySound(context, context.createMediaStreamDestination(), []);
    for (const source of sources) sound.connect(source);
    if (await sound.runs()) return sound;
    sound.close();
    return null;
  }

  get track(): MediaStreamTrack {
    const [track] = this.output.stream.getAudioTracks();
    if (!track) throw new TypeError("an audio destination without a track");
    return track;
  }

  /** Hear this microphone in place of the one that ended, or of all if none did. */
  replace(source: MediaStreamTrack): void {
    const ended = this.inputs.filter(({ track }) => track.readyState === "ended");
    const leaving = ended.length > 0 ? ended : this.inputs;
    for (const { node } of leaving) node.disconnect();
    this.inputs = this.inputs.filter((input) => !leaving.includes(input));
    this.connect(source);
  }

  close(): void {
    void this.context.close().catch(() => undefined);
  }

  private connect(track: MediaStreamTrack): void {
    const node = this.context.createMediaStreamSource(new MediaStream([track]));
    node.connect(this.output);
    this.inputs.push({ track, node });
  }

  private async runs(): Promise<boolean> {
    const late = new Promise((resolve) => setTimeout(resolve, RUNNING_WITHIN_MS));
    await Promise.race([this.context.resume(), late]);
    return this.context.state === "running";
  }
}

/** Listens to a track, to tell when sound passes. */
export class SoundTap {
  private readonly reader: ReadableStreamDefaultReader<AudioData> | null;
  private onNext: () => void = () => undefined;

  constructor(track: MediaStreamTrack) {
    const Processor = (globalThis as Breakout).MediaStreamTrackProcessor;
    this.reader = Processor ? new Processor({ track }).readable.getReader() : null;
    void this.listen();
  }

  /** Resolve when the next sound passes; soon in any case. */
  next(): Promise<unknown> {
    if (!this.reader) return Promise.resolve();
    const passes = new Promise<void>((resolve) => (this.onNext = resolve));
    return Promise.race([passes, new Promise((resolve) => setTimeout(resolve, HEARD_WITHIN_MS))]);
  }

  close(): void {
    void this.reader?.cancel().catch(() => undefined);
  }

  private async listen(): Promise<void> {
    for (;;) {
      const sound = (await this.reader?.read())?.value;
      if (!sound) return;
      sound.close();
      this.onNext();
    }
  }
}
