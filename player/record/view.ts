/** Writes a state into the page. Reads nothing back. */

import { isTaking, mayRecord, type Source, type State } from "./state";
import { alarmWords, clock, hintWords, safeWords, tabTitle } from "./words";

const SOURCES: readonly Source[] = ["screen", "camera", "microphone"];
const RED_DOT = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'%3E%3Ccircle cx='4' cy='4' r='4' fill='%23c62f2b'/%3E%3C/svg%3E";

export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

export function show(state: State): void {
  document.body.dataset["phase"] = state.phase;
  document.title = tabTitle(state);
  showIcon(isTaking(state));
  showChoosing(state);
  showTaking(state);
  element("done", HTMLElement).hidden = state.phase !== "ended" || state.lectureUrl === null;
  if (state.lectureUrl !== null) element("watch", HTMLAnchorElement).href = state.lectureUrl;
}

function showChoosing(state: State): void {
  const isChoosing = state.phase === "choosing";
  element("choose", HTMLElement).hidden = !isChoosing;
  for (const source of SOURCES) {
    const isThere = state.chosen.has(source);
    element(source, HTMLButtonElement).setAttribute("aria-pressed", String(isThere));
    write(`${source}-state`, isThere ? (source === "microphone" && state.isHeard ? "on: it hears you" : "on") : "off");
  }
  element("record", HTMLButtonElement).disabled = !mayRecord(state);
  write("hint", hintWords(state));
  write("problem", state.problem);
}

function showTaking(state: State): void {
  const isShown = isTaking(state) || state.phase === "counting" || state.phase === "ending";
  element("taking", HTMLElement).hidden = !isShown;
  write("time", state.phase === "counting" ? String(state.count) : clock(state.safe?.recordedS ?? 0));
  const [computer, server] = safeWords(state.safe);
  write("safe-computer", computer);
  write("safe-server", server);
  const words = { counting: "Recording begins …", recording: "Recording", paused: "Paused", ending: "Sending the rest. Leave this page open." };
  write("phase", state.phase in words ? words[state.phase as keyof typeof words] : "");
  // Of a source that is gone the engine knows more: what becomes of its track.
  const alarms = state.trouble === "" ? state.alarms : new Set([...state.alarms].filter((alarm) => alarm === "silent"));
  write("alarm", [alarmWords(alarms), state.trouble].filter(Boolean).join(" "));
  write("marks", state.marks > 0 ? `${state.marks} marked` : "");
  const pause = element("pause", HTMLButtonElement);
  pause.textContent = state.phase === "paused" ? "Go on" : "Pause";
  for (const id of ["pause", "mark", "stop"]) element(id, HTMLButtonElement).disabled = !isTaking(state);
}

function showIcon(isRecording: boolean): void {
  const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  if (icon === null) return;
  icon.dataset["own"] ??= icon.href;
  icon.href = isRecording ? RED_DOT : icon.dataset["own"];
}

/** Changed only when it differs: a screen reader says it again otherwise. */
function write(id: string, text: string): void {
  const target = element(id, HTMLElement);
  if (target.textContent !== text) target.textContent = text;
  if (target.dataset["empty"] === "hide") target.hidden = text === "";
}
