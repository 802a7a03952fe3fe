// Plays the prepared lecture on two canvases and records both as a browser's recorder does:
// canvas -> captureStream -> MediaRecorder with a time slice. `window.record(plan)` returns the bytes.
import { drawTeacher } from "./teacher.js";

const SLICE_MS = 1000;
const POINTER_FPS = 12; // while the pointer moves or the passage scrolls
const TEACHER_FPS = 12;
const IDLE_S = 1; // a still picture is sent again this often, as screen capture does
const MOVE_S = 0.9; // how long the pointer takes to its next place
const PRESENTATION_BPS = 160_000;
const PRESENTER_BPS = 130_000;

const ease = (x) => (x < 0.5 ? 2 * x * x : 1 - (-2 * x + 2) ** 2 / 2);
const clamp = (x) => Math.min(1, Math.max(0, x));

async function picture(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** Where the pointer is at `t`: it rests on the last place and moves to the next in MOVE_S. */
function pointerAt(t, places) {
  let now = places[0];
  for (const place of places) {
    if (place.at_s > t) break;
    const x = ease(clamp((t - place.at_s) / MOVE_S));
    now = { x: now.x + (place.x - now.x) * x, y: now.y + (place.y - now.y) * x };
  }
  return now;
}

function drawPointer(context, { x, y }) {
  context.save();
  context.translate(x, y);
  context.scale(1.7, 1.7);
  context.beginPath();
  for (const [px, py] of [[0, 0], [0, 21], [5, 16.5], [8.6, 24.5], [12, 23], [8.4, 15.2], [15, 15]]) context.lineTo(px, py);
  context.closePath();
  context.fillStyle = "#111";
  context.strokeStyle = "#fff";
  context.lineWidth = 1.6;
  context.fill();
  context.stroke();
  context.restore();
}

/** How far the passage is scrolled at `t`, in pixels. */
function scrollAt(t, scroll) {
  return scroll.distance_px * ease(clamp((t - scroll.start_s) / (scroll.end_s - scroll.start_s)));
}

function drawSlides(context, plan, pictures, t) {
  let slide = plan.slides[0];
  for (const next of plan.slides) if (next.start_s <= t) slide = next;
  context.drawImage(pictures[slide.id], 0, 0);
  let shift = 0;
  if (slide.id === plan.scroll.slide) {
    const { x, y, width, height } = plan.scroll.window;
    shift = Math.round(scrollAt(t, plan.scroll));
    context.drawImage(pictures.passage, 0, shift, width, height, x, y, width, height);
  }
  const pointer = pointerAt(t, plan.pointer);
  drawPointer(context, pointer);
  return `${slide.id} ${shift} ${Math.round(pointer.x)} ${Math.round(pointer.y)}`;
}

function recorderOf(stream, options, chunks) {
  const recorder = new MediaRecorder(stream, { ...options, mimeType: options.mimeType });
  recorder.ondataavailable = (event) => chunks.push(event.data);
  return recorder;
}

const stopped = (recorder) =>
  new Promise((resolve) => {
    recorder.onstop = resolve;
    recorder.stop();
  });

async function base64(chunks) {
  const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}

window.record = async (plan) => {
  const pictures = { passage: await picture(plan.scroll.picture) };
  for (const slide of plan.slides) pictures[slide.id] = await picture(slide.picture);
  const slides = document.querySelector("#presentation");
  const camera = document.querySelector("#presenter");
  const slidesContext = slides.getContext("2d", { alpha: false });
  const cameraContext = camera.getContext("2d", { alpha: false });
  const slidesStream = slides.captureStream(0);
  const cameraStream = camera.captureStream(0);
  const slidesTrack = slidesStream.getVideoTracks()[0];
  const cameraTrack = cameraStream.getVideoTracks()[0];
  slidesTrack.contentHint = "detail";

  const audio = new AudioContext({ sampleRate: 48000 });
  const sound = await audio.decodeAudioData(await (await fetch(plan.sound)).arrayBuffer());
  const source = new AudioBufferSourceNode(audio, { buffer: sound });
  const outlet = audio.createMediaStreamDestination();
  source.connect(outlet);
  slidesStream.addTrack(outlet.stream.getAudioTracks()[0]);

  const chunks = { presentation: [], presenter: [] };
  const presentation = recorderOf(
    slidesStream,
    { mimeType: "video/webm;codecs=vp9,opus", videoBitsPerSecond: PRESENTATION_BPS, audioBitsPerSecond: 32_000 },
    chunks.presentation,
  );
  const presenter = recorderOf(
    cameraStream,
    { mimeType: "video/webm;codecs=vp8", videoBitsPerSecond: PRESENTER_BPS, videoKeyFrameIntervalDuration: 10_000 },
    chunks.presenter,
  );
  // A requested frame is taken at the next drawing: draw, ask, and only then does time run.
  const first = (recorder, draw, track) => {
    recorder.start(SLICE_MS);
    draw();
    track.requestFrame();
    return performance.now();
  };
  const presentationAt = first(presentation, () => drawSlides(slidesContext, plan, pictures, 0), slidesTrack);
  source.start();
  const origin = performance.now();
  const presenterAt = first(presenter, () => drawTeacher(cameraContext, 0, 0), cameraTrack);

  let drawn = "";
  let sentAt = -IDLE_S;
  let gap = 0;
  let tickAt = performance.now();
  await new Promise((resolve) => {
    const slidesTimer = setInterval(() => {
      const t = (performance.now() - origin) / 1000;
      gap = Math.max(gap, performance.now() - tickAt);
      tickAt = performance.now();
      if (t >= plan.length_s) {
        clearInterval(slidesTimer);
        clearInterval(cameraTimer);
        resolve();
        return;
      }
      const now = drawSlides(slidesContext, plan, pictures, t);
      if (now !== drawn || t - sentAt >= IDLE_S) {
        slidesTrack.requestFrame();
        drawn = now;
        sentAt = t;
      }
    }, 1000 / POINTER_FPS);
    const cameraTimer = setInterval(() => {
      const t = (performance.now() - origin) / 1000;
      drawTeacher(cameraContext, t, plan.loudness[Math.floor(t * plan.loudness_hz)] ?? 0);
      cameraTrack.requestFrame();
    }, 1000 / TEACHER_FPS);
  });
  await Promise.all([stopped(presentation), stopped(presenter)]);
  return {
    presentation: await base64(chunks.presentation),
    presenter: await base64(chunks.presenter),
    presenter_offset_ms: Math.round(presenterAt - presentationAt),
    sound_offset_ms: Math.round(origin - presentationAt),
    longest_gap_ms: Math.round(gap),
  };
};
window.isReady = true;
