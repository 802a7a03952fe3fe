/**
 * A picture that stays one track while cameras and windows come and go.
 *
 * Chromium starts a file's picture at its first frame and the sound at its first sample, each at zero, and its
 * H.264 files bear neither another track nor another size. So frames go through here: the newest is held, put
 * first at the moment the sound begins, and repeated while nothing moves; a frame of another size is fitted
 * into the first one's, with bars. Frames are passed on, not copied, as long as the size stays.
 */

interface FrameSource {
  readable: ReadableStream<VideoFrame>;
}
interface FrameTrack extends MediaStreamTrack {
  writable: WritableStream<VideoFrame>;
}
interface Breakout {
  MediaStreamTrackProcessor?: new (options: { track: MediaStreamTrack; maxBufferSize?: number }) => FrameSource;
  MediaStreamTrackGenerator?: new (options: { kind: "video" }) => FrameTrack;
}
const breakout = globalThis as Breakout;

const STILL_MS = 900; // a fragment is written when frames come: a still picture must not hold the file back
const FIRST_FRAME_WITHIN_MS = 2000;
const UNKNOWN_SIZE = { width: 1280, height: 720 };

export interface Size {
  width: number;
  height: number;
}

/** Return the size without the odd line that H.264 cannot have. */
export const even = ({ width, height }: Size): Size => ({ width: width & ~1, height: height & ~1 });

/** Return where a picture goes in a box: whole, as large as can be, in the middle. */
export function fitted(picture: Size, box: Size): Size & { x: number; y: number } {
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const [width, height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  return { x: Math.floor((box.width - width) / 2), y: Math.floor((box.height - height) / 2), width, height };
}

export class SteadyPicture {
  readonly track: FrameTrack;
  private readonly writer: WritableStreamDefaultWriter<VideoFrame>;
  private reader: ReadableStreamDefaultReader<VideoFrame> | null = null;
  private held: VideoFrame | null = null;
  private box: Size | null = null;
  private still: Still | null = null;
  private canvas: OffscreenCanvas | null = null;
  private wroteAtMs = -Infinity;
  private isFlowing = true;
  private onFirst: () => void = () => undefined;

  private constructor(
    Generator: NonNullable<Breakout["MediaStreamTrackGenerator"]>,
    private readonly Processor: NonNullable<Breakout["MediaStreamTrackProcessor"]>,
    private readonly fallbackSize: Size,
  ) {
    this.track = new Generator({ kind: "video" });
    this.writer = this.track.writable.getWriter();
  }

  /** Begin with a track and wait until it has shown something; null where the browser cannot (Firefox, Safari). */
  static async of(source: MediaStreamTrack): Promise<SteadyPicture | null> {
    const { MediaStreamTrackGenerator: Generator, MediaStreamTrackProcessor: Processor } = breakout;
    if (!Generator || !Processor) return null;
    const { width, height } = source.getSettings();
    const size = width && height ? { width, height } : UNKNOWN_SIZE;
    const picture = new SteadyPicture(Generator, Processor, size);
    picture.track.contentHint = source.contentHint;
    const first = new Promise<void>((resolve) => (picture.onFirst = resolve));
    picture.replace(source);
    await Promise.race([first, new Promise((resolve) => setTimeout(resolve, FIRST_FRAME_WITHIN_MS))]);
    return picture;
  }

  /** Take frames from this track from now on. */
  replace(source: MediaStreamTrack): void {
    void this.reader?.cancel().catch(() => undefined);
    const reader = new this.Processor({ track: source, maxBufferSize: 2 }).readable.getReader();
    this.reader = reader;
    void this.pump(reader);
  }

  /** Hold frames back, so that the next one that passes is that of `begin`. */
  async holdBack(): Promise<void> {
    this.isFlowing = false;
    this.still = this.held && (await stillOf(this.held));
  }

  /** Let the held frame pass now, and all that come. */
  begin(): void {
    this.isFlowing = true;
    this.write(this.still ? frameOf(this.still) : this.drawnAnew());
    this.still = null;
  }

  /** Show the held frame once more if nothing has come for a while. */
  async repeatIfStill(): Promise<void> {
    if (!this.isStill() || !this.held) return;
    const still = await stillOf(this.held);
    if (this.isStill()) this.write(still ? frameOf(still) : this.drawnAnew());
  }

  close(): void {
    void this.reader?.cancel().catch(() => undefined);
    this.reader = null;
    this.isFlowing = false;
    this.held?.close();
    this.held = null;
    this.track.stop();
  }

  private async pump(reader: ReadableStreamDefaultReader<VideoFrame>): Promise<void> {
    for (;;) {
      const { value } = await reader.read();
      if (!value) return;
      if (reader === this.reader) this.take(value);
      else value.close();
    }
  }

  private take(frame: VideoFrame): void {
    const fits = this.fit(frame);
    this.held?.close();
    this.held = fits;
    this.onFirst();
    if (this.isFlowing) this.write(fits.clone());
  }

  private write(frame: VideoFrame): void {
    this.wroteAtMs = performance.now();
    this.writer.write(frame).catch(() => frame.close());
  }

  private isStill(): boolean {
    return this.isFlowing && performance.now() - this.wroteAtMs >= STILL_MS;
  }

  private drawnAnew(): VideoFrame {
    const context = this.blank();
    if (this.held) context.drawImage(this.held, 0, 0);
    return new VideoFrame(context.canvas, { timestamp: nowUs() });
  }

  private fit(frame: VideoFrame): VideoFrame {
    const shown = { width: frame.displayWidth, height: frame.displayHeight };
    const size = even(shown);
    this.box ??= size;
    const isOfBox = size.width === this.box.width && size.height === this.box.height;
    if (isOfBox && size.width === shown.width && size.height === shown.height) return frame;
    const fits = isOfBox ? cropped(frame, size) : this.boxed(frame, fitted(shown, this.box));
    frame.close();
    return fits;
  }

  private boxed(frame: VideoFrame, { x, y, width, height }: Size & { x: number; y: number }): VideoFrame {
    const context = this.blank();
    context.drawImage(frame, x, y, width, height);
    return new VideoFrame(context.canvas, { timestamp: frame.timestamp });
  }

  private blank(): OffscreenCanvasRenderingContext2D {
    this.box ??= even(this.fallbackSize);
    const { width, height } = this.box;
    this.canvas ??= new OffscreenCanvas(width, height);
    const context = this.canvas.getContext("2d", { alpha: false });
    if (!context) throw new TypeError("this browser has no canvas");
    context.fillRect(0, 0, width, height);
    return context;
  }
}

/** A picture apart from when it was captured. */
interface Still {
  data: ArrayBuffer;
  init: VideoFrameBufferInit;
}

const nowUs = (): number => Math.round(performance.now() * 1000);

/**
 * A captured frame is recorded at the time of its capture, however late it comes, and so is its clone: to be one of
 * now it has to be copied. In its own format: a drawn one would make the encoder begin anew. Null where there is no
 * way to its bytes.
 */
async function stillOf(frame: VideoFrame): Promise<Still | null> {
  const { format, displayWidth, displayHeight, colorSpace } = frame;
  if (format === null) return null;
  const source = frame.clone(); // the other may be closed meanwhile
  try {
    const data = new ArrayBuffer(source.allocationSize());
    const layout = await source.copyTo(data);
    const size = { codedWidth: source.visibleRect?.width ?? displayWidth, codedHeight: source.visibleRect?.height ?? displayHeight };
    return { data, init: { format, layout, colorSpace, displayWidth, displayHeight, timestamp: 0, ...size } };
  } finally {
    source.close();
  }
}

const frameOf = ({ data, init }: Still): VideoFrame => new VideoFrame(data, { ...init, timestamp: nowUs() });

/** Leave lines out instead of drawing anew: text stays sharp, and nothing is copied. */
function cropped(frame: VideoFrame, { width, height }: Size): VideoFrame {
  const visibleRect = { x: frame.visibleRect?.x ?? 0, y: frame.visibleRect?.y ?? 0, width, height };
  return new VideoFrame(frame, { visibleRect, displayWidth: width, displayHeight: height });
}
