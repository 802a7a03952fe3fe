/**
 * A stage for the recorder's engine: a screen and a camera that flash, and a microphone that beeps, all at the same
 * moments; and a take of them, whose events are noted. Built with the engine, and loaded into a page by tests.
 */
import type { Safe, Take, TakeTrouble, TrackSource } from "../../record/contract";
import { startTake } from "../../record/engine";

export * from "../../record/engine";

const FLASH_MS = 700;
const TONE_HZ = 1000;
const FRAMES_PER_S = 15;

/** What has been told of the take so far. */
export const told: {
  safe: Safe | null;
  troubles: [TakeTrouble | null, string][];
  lecture: { id: string; url: string } | null;
  hasEnded: boolean;
} = { safe: null, troubles: [], lecture: null, hasEnded: false };

export let take: Take | null = null;

type Lit = Record<"screen" | "camera" | "voice", MediaStreamTrack>;
let lit: Lit | null = null;

/** Record screen, camera and voice, as a teacher has them. */
export async function recordBoth(classId: string): Promise<void> {
  lit = await lights();
  const { screen, camera, voice } = lit;
  await record(classId, [
    { role: "presentation", stream: new MediaStream([screen]) },
    { role: "presenter", stream: new MediaStream([camera, voice]) },
  ]);
}

/** Record this tab, the camera and the microphone as the browser has them. */
export async function recordDevices(classId: string): Promise<void> {
  const wanted = { video: { frameRate: 15 }, preferCurrentTab: true };
  const screen = await navigator.mediaDevices.getDisplayMedia(wanted);
  const devices = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
  for (const track of screen.getVideoTracks()) track.contentHint = "detail";
  await record(classId, [
    { role: "presentation", stream: screen },
    { role: "presenter", stream: devices },
  ]);
}

/** Record with the browser's own microphone: a browser without a sound card makes no sound by itself. */
export async function recordWithMicrophone(classId: string): Promise<void> {
  const [screen, camera] = pictures(() => undefined);
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  await record(classId, [
    { role: "presentation", stream: new MediaStream([screen]) },
    { role: "presenter", stream: new MediaStream([camera, ...microphone.getAudioTracks()]) },
  ]);
}

/** Unplug camera and microphone as a pulled cable does, and make the shared window another size. */
export function unplug(): void {
  for (const track of lit ? [lit.camera, lit.voice] : []) {
    track.stop();
    track.dispatchEvent(new Event("ended"));
  }
  const screen = lit && document.querySelector("canvas:last-of-type");
  if (screen) Object.assign(screen, { width: 800, height: 200 });
}

/** Plug others in. */
export async function plugIn(): Promise<void> {
  const { camera, voice } = await lights();
  take?.replace("presenter", camera);
  take?.replace("presenter", voice);
}

export async function record(classId: string, sources: TrackSource[]): Promise<void> {
  take = await startTake({
    classId,
    title: "Derivatives",
    isLive: false,
    sources,
    events: {
      safe: (now) => (told.safe = now),
      trouble: (kind, sentence) => told.troubles.push([kind, sentence]),
      lecture: (id, url) => (told.lecture = { id, url }),
      ended: () => (told.hasEnded = true),
    },
  });
}

/** Stand-ins for screen, camera and microphone that turn on and off together. */
async function lights(): Promise<Lit> {
  const context = new AudioContext();
  await context.resume();
  const gain = new GainNode(context, { gain: 0 });
  const output = context.createMediaStreamDestination();
  const tone = new OscillatorNode(context, { frequency: TONE_HZ });
  tone.connect(gain).connect(output);
  tone.start();
  const [screen, camera] = pictures((isOn) => (gain.gain.value = isOn ? 0.5 : 0));
  return { screen, camera, voice: trackOf(output.stream.getAudioTracks()) };
}

function pictures(onFrame: (isOn: boolean) => void): [MediaStreamTrack, MediaStreamTrack] {
  const canvases = [canvasOf(640, 360), canvasOf(320, 180)] as const;
  let number = 0;
  setInterval(() => {
    const isOn = Math.floor(performance.now() / FLASH_MS) % 2 === 1;
    onFrame(isOn);
    for (const canvas of canvases) draw(canvas, isOn, number);
    number += 1;
  }, 1000 / 60);
  const [screen, camera] = canvases;
  const trackOfCanvas = (canvas: HTMLCanvasElement): MediaStreamTrack =>
    trackOf(canvas.captureStream(FRAMES_PER_S).getVideoTracks());
  return [trackOfCanvas(screen), trackOfCanvas(camera)];
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  document.body.prepend(canvas);
  return canvas;
}

/** Light or dark, with a mark that moves: a canvas that does not change gives no frames. */
function draw(canvas: HTMLCanvasElement, isOn: boolean, number: number): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.fillStyle = isOn ? "#fff" : "#000";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#777";
  pen.fillRect((number * 7) % canvas.width, 0, 20, 10);
}

function trackOf([track]: MediaStreamTrack[]): MediaStreamTrack {
  if (!track) throw new TypeError("nothing to record");
  return track;
}

/** Bytes that takes hold in the files of the origin. */
export async function keptBytes(): Promise<number> {
  const takes = await (await navigator.storage.getDirectory()).getDirectoryHandle("takes", { create: true });
  let bytes = 0;
  for await (const take of takes.values()) {
    if (take.kind !== "directory") continue;
    for await (const handle of take.values()) if (handle.kind === "file") bytes += (await handle.getFile()).size;
  }
  return bytes;
}
