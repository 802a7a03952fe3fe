/** The upload page: joins form, state, memory and sender. */

import {
  askHowFar,
  endUpload,
  makeLecture,
  type PageData,
  Refusal,
  removeLecture,
} from "./api";
import { matchInterrupted } from "./matching";
import { Memory } from "./memory";
import { send } from "./send";
import {
  type Delivery,
  type FileFacts,
  initialState,
  nextUploadState,
  type Role,
  type Slot,
  type UploadEvent,
} from "./state";
import { element, show } from "./view";
import { problemOf, titleOf } from "./words";

const SLOTS: Slot[] = ["recording", "camera"];
const ROLE_OF: Record<Slot, Role> = { recording: "presentation", camera: "presenter" };

const page = JSON.parse(element("page-data", HTMLElement).textContent) as PageData;
const form = element("choose", HTMLFormElement);
const title = element("title", HTMLInputElement);
const inputs: Record<Slot, HTMLInputElement> = {
  recording: element("recording", HTMLInputElement),
  camera: element("camera", HTMLInputElement),
};
const memory = new Memory(localStorage, page.viewer);

let state = initialState();
const chosen = new Map<Slot, File>();
const sendingFiles = new Map<Role, File>();
let stop = new AbortController();

function dispatch(event: UploadEvent): void {
  state = nextUploadState(state, event);
  if ("delivery" in state && event.type !== "sent") {
    if (state.status === "arrived") memory.forget(state.delivery.lectureId);
    else memory.keep(state.delivery);
  }
  show(state, (delivery) => void forget(delivery));
  if (state.status === "arrived") location.assign(state.delivery.lectureUrl);
}

function factsOf(file: File): FileFacts {
  return { name: file.name, sizeBytes: file.size, modifiedMs: file.lastModified };
}

function choose(slot: Slot, file: File | undefined): void {
  if (file) chosen.set(slot, file);
  else chosen.delete(slot);
  const facts = file ? factsOf(file) : null;
  const problems = [...chosen.values()].map((one) => problemOf(factsOf(one), page.max_upload_bytes));
  const problem = problems.find((one) => one !== null) ?? null;
  if (slot === "recording" && facts && title.value.trim() === "") title.value = titleOf(facts.name);
  dispatch({ type: "chosen", slot, file: facts, problem });
}

async function submit(): Promise<void> {
  if (state.status !== "choosing" || state.problem !== null) return;
  const match = matchInterrupted(state.interrupted, state.chosen);
  if (match) {
    if (match.missing.length > 0) return;
    for (const { track, file } of match.found) remember(track.role, file);
    begin(match.delivery);
    return;
  }
  await beginNew();
}

function remember(role: Role, facts: FileFacts): void {
  const file = [...chosen.values()].find(
    (one) => one.name === facts.name && one.size === facts.sizeBytes,
  );
  if (file) sendingFiles.set(role, file);
}

async function beginNew(): Promise<void> {
  const slots = SLOTS.filter((slot) => chosen.has(slot));
  const classId = element("class", HTMLSelectElement).value;
  dispatch({ type: "submitted" });
  try {
    const made = await makeLecture(classId, title.value.trim(), slots.map((slot) => ROLE_OF[slot]));
    begin(deliveryOf(made, classId));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    dispatch({ type: "notMade", reason: error.message });
  }
}

function deliveryOf(made: Awaited<ReturnType<typeof makeLecture>>, classId: string): Delivery {
  const delivery: Delivery = {
    lectureId: made.id,
    lectureUrl: made.url,
    classId,
    title: title.value.trim(),
    tracks: [],
  };
  for (const slot of SLOTS) {
    const file = chosen.get(slot);
    if (!file) continue;
    const role = ROLE_OF[slot];
    const track = made.tracks.find((one) => one.role === role);
    if (!track) throw new Refusal("The server did not make what was asked for. Please try again.");
    sendingFiles.set(role, file);
    delivery.tracks.push({ role, trackId: track.id, file: factsOf(file), sentBytes: 0, uploadUrl: null });
  }
  return delivery;
}

function begin(delivery: Delivery): void {
  dispatch({ type: "began", delivery });
  element("status", HTMLElement).focus();
  run(delivery);
}

function run(delivery: Delivery): void {
  stop = new AbortController();
  void send(delivery, sendingFiles, dispatch, stop.signal);
}

function pause(): void {
  stop.abort();
  dispatch({ type: "paused" });
  element("resume", HTMLButtonElement).focus();
}

function resume(): void {
  dispatch({ type: "resumed" });
  if (state.status !== "sending") return;
  element("pause", HTMLButtonElement).focus();
  run(state.delivery);
}

/** End a delivery for good: on the server, in the browser, on the page. */
async function forget(delivery: Delivery): Promise<void> {
  stop.abort();
  memory.forget(delivery.lectureId);
  const urls = delivery.tracks.map((track) => track.uploadUrl).filter((url) => url !== null);
  await Promise.all(urls.map(endUpload));
  await removeLecture(delivery.lectureId);
  dispatch({ type: "forgotten", lectureId: delivery.lectureId });
  show(state, (other) => void forget(other));
}

function cancel(): void {
  element("cancel", HTMLDetailsElement).open = false;
  if ("delivery" in state) void forget(state.delivery).then(startAgain);
}

function startAgain(): void {
  chosen.clear();
  sendingFiles.clear();
  form.reset();
  inputs.recording.focus();
}

async function recall(): Promise<void> {
  const known = await Promise.all(
    memory.read().map(async (stored) => {
      const delivery = await askHowFar(stored);
      if (delivery === null) memory.forget(stored.lectureId);
      return delivery;
    }),
  );
  dispatch({ type: "remembered", interrupted: known.filter((one) => one !== null) });
}

function drop(event: DragEvent): void {
  event.preventDefault(); // anywhere on the page: else the browser would open the video instead
  form.classList.remove("over");
  if (state.status !== "choosing") return;
  const files = [...(event.dataTransfer?.files ?? [])];
  SLOTS.forEach((slot, index) => {
    const file = files[index];
    if (!file) return;
    const list = new DataTransfer();
    list.items.add(file);
    inputs[slot].files = list.files;
    choose(slot, file);
  });
  element("with-camera", HTMLDetailsElement).open ||= files.length > 1;
}

for (const slot of SLOTS) {
  inputs[slot].addEventListener("change", () => choose(slot, inputs[slot].files?.[0]));
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void submit();
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) form.classList.remove("over"); // it left the window
});
document.addEventListener("drop", drop);
element("pause", HTMLButtonElement).addEventListener("click", pause);
element("resume", HTMLButtonElement).addEventListener("click", resume);
element("cancel-now", HTMLButtonElement).addEventListener("click", cancel);
void recall();
