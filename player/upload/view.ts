/** Writes a state into the page. Reads nothing back. */

import { matchInterrupted } from "./matching";
import {
  type Delivery,
  percentOf,
  sentBytesOf,
  totalBytesOf,
  type TrackTransfer,
  type UploadState,
} from "./state";
import { bytes, interruptedWords, progressWords, statusWords } from "./words";

export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

const div = (id: string): HTMLElement => element(id, HTMLElement);

/** Show a state. `onForget` is asked for by the button of an interrupted delivery. */
export function show(state: UploadState, onForget: (delivery: Delivery) => void): void {
  const isChoosing = state.status === "choosing" || state.status === "preparing";
  element("choose", HTMLFormElement).hidden = !isChoosing;
  div("transfer").hidden = isChoosing;
  showInterrupted(isChoosing ? state.interrupted : [], onForget);
  if (isChoosing) showChoosing(state);
  else showTransfer(state);
}

type Choosing = Extract<UploadState, { status: "choosing" | "preparing" }>;
type Transferring = Exclude<UploadState, Choosing>;

function showChoosing(state: Choosing): void {
  const match = matchInterrupted(state.interrupted, state.chosen);
  const missing = match?.missing.map((track) => track.file.name).join(" and ") ?? "";
  const hint = missing === "" ? null : `To go on, choose ${missing} too.`;
  write("problem", (state.status === "choosing" ? state.problem : null) ?? hint);
  for (const slot of ["recording", "camera"] as const) {
    const file = state.chosen[slot];
    write(`${slot}-chosen`, file && bytes(file.sizeBytes));
  }
  const start = element("start", HTMLButtonElement);
  start.disabled = state.status === "preparing";
  start.textContent = startWords(state, match?.delivery ?? null);
  const about = element("about", HTMLFieldSetElement);
  about.hidden = about.disabled = match !== null; // the interrupted lecture has title and class
}

function startWords(state: Choosing, interrupted: Delivery | null): string {
  if (state.status === "preparing") return statusWords(state);
  if (interrupted === null) return "Upload";
  return `Go on from ${percentOf(sentBytesOf(interrupted), totalBytesOf(interrupted))} %`;
}

function showInterrupted(interrupted: Delivery[], onForget: (delivery: Delivery) => void): void {
  const list = div("interrupted");
  const ids = interrupted.map((delivery) => delivery.lectureId).join(" ");
  if (list.dataset["ids"] === ids) return; // an open "Delete" must not close under the finger
  list.dataset["ids"] = ids;
  list.hidden = interrupted.length === 0;
  list.replaceChildren(...interrupted.map((delivery) => interruptedItem(delivery, onForget)));
}

function interruptedItem(delivery: Delivery, onForget: (delivery: Delivery) => void): HTMLElement {
  const item = document.createElement("li");
  item.className = "notice";
  const words = document.createElement("p");
  words.textContent = interruptedWords(delivery);
  const ask = document.createElement("summary");
  ask.textContent = "Delete it instead";
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Delete what has arrived";
  button.addEventListener("click", () => onForget(delivery));
  const details = document.createElement("details");
  details.className = "ask";
  details.append(ask, button);
  item.append(words, details);
  return item;
}

function showTransfer(state: Transferring): void {
  const { delivery } = state;
  div("transfer").dataset["status"] = state.status;
  write("transfer-title", delivery.title);
  write("status", statusWords(state));
  write("numbers", progressWords(state));
  showBar(element("all", HTMLProgressElement), sentBytesOf(delivery), totalBytesOf(delivery));
  const list = div("files");
  if (list.childElementCount !== delivery.tracks.length) {
    list.replaceChildren(...delivery.tracks.map(fileItem));
  }
  list.hidden = delivery.tracks.length < 2;
  delivery.tracks.forEach((track, index) => showFile(list.children[index], track));
  div("pause").hidden = state.status !== "sending" && state.status !== "waiting";
  div("resume").hidden = state.status !== "paused" && state.status !== "refused";
  div("cancel").hidden = state.status === "arrived";
  const onward = element("onward", HTMLAnchorElement);
  onward.hidden = state.status !== "arrived";
  onward.href = delivery.lectureUrl;
}

function fileItem(track: TrackTransfer): HTMLElement {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.textContent = track.role === "presenter" ? `Camera: ${track.file.name}` : track.file.name;
  const numbers = document.createElement("span");
  numbers.className = "soft small num";
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", track.file.name);
  item.append(name, numbers, bar);
  return item;
}

function showFile(item: Element | undefined, track: TrackTransfer): void {
  const numbers = item?.querySelector("span.num");
  const bar = item?.querySelector("progress");
  if (!numbers || !bar) return;
  numbers.textContent = `${bytes(track.sentBytes)} of ${bytes(track.file.sizeBytes)}`;
  showBar(bar, track.sentBytes, track.file.sizeBytes);
}

function showBar(bar: HTMLProgressElement, sentBytes: number, totalBytes: number): void {
  bar.value = percentOf(sentBytes, totalBytes);
}

/** Write text, but only when it changes: a live region is read aloud each time it is written. */
function write(id: string, text: string | null): void {
  const place = div(id);
  place.hidden = text === null || text === "";
  if (place.textContent !== (text ?? "")) place.textContent = text ?? "";
}
