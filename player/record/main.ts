/** The recorder's page: what is pressed becomes events, events become a state, the state is shown. */

import type { Role, Take } from "./contract";
import { ask, canShareScreen, Refused, sourcesOf, unable } from "./devices";
import { CannotRecord, discardTake, finishTake, interruptedTakes, startTake } from "./engine";
import { Listening, meter, shareOf } from "./level";
import { FIRST, isTaking, mayRecord, next, type RecorderEvent, type Source, type State } from "./state";
import { element, show } from "./view";
import { clock, unnamed } from "./words";

const COUNT_FROM = 3;

let state: State = FIRST;
let take: Take | null = null;
let listening = new Listening();
let metering = new AbortController();
const streams = new Map<Source, MediaStream>();

function dispatch(event: RecorderEvent): void {
  state = next(state, event);
  show(state);
}

function preview(source: Source, stream: MediaStream | null): void {
  if (source === "microphone") return;
  const video = element(`${source}-picture`, HTMLVideoElement);
  video.srcObject = stream;
  video.hidden = stream === null;
}

async function choose(source: Source): Promise<void> {
  if (streams.has(source)) {
    leave(source);
    return;
  }
  try {
    taken(source, await ask(source));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    dispatch({ type: "problem", sentence: error.message });
  }
}

function taken(source: Source, stream: MediaStream): void {
  streams.set(source, stream);
  preview(source, stream);
  for (const track of stream.getTracks()) track.addEventListener("ended", () => gone(source), { once: true });
  if (source === "microphone") listen(stream);
  dispatch({ type: "chosen", source, isThere: true });
}

function leave(source: Source): void {
  for (const track of streams.get(source)?.getTracks() ?? []) track.stop();
  streams.delete(source);
  preview(source, null);
  if (source === "microphone") metering.abort();
  dispatch({ type: "chosen", source, isThere: false });
}

/** A source ended from outside: pulled out, or no longer shared. While recording the rest goes on. */
function gone(source: Source): void {
  if (isTaking(state)) dispatch({ type: "alarm", alarm: `no-${source}`, isOn: true });
  else if (state.phase === "choosing" && streams.has(source)) leave(source);
}

function listen(stream: MediaStream): void {
  metering.abort();
  metering = new AbortController();
  listening = new Listening();
  const shown = element("level", HTMLMeterElement);
  meter(stream, (db) => {
    listening.take(db, performance.now());
    shown.value = shareOf(db);
    if (listening.hasHeard && !state.isHeard) dispatch({ type: "heard" });
    const isSilent = state.phase === "recording" && listening.isSilent;
    if (state.alarms.has("silent") !== isSilent) dispatch({ type: "alarm", alarm: "silent", isOn: isSilent });
  }, metering.signal);
}

async function record(): Promise<void> {
  if (!mayRecord(state)) return;
  for (let count = COUNT_FROM; count > 0; count -= 1) {
    dispatch({ type: "counting", count });
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  const title = element("title", HTMLInputElement).value.trim() || unnamed(new Date());
  try {
    take = await startTake({
      classId: element("class", HTMLSelectElement).value,
      title,
      isLive: element("live", HTMLInputElement).checked,
      sources: sourcesOf(streams, state.isSilentOnPurpose),
      events: {
        safe: (safe) => dispatch({ type: "safe", safe }),
        trouble: (_kind, sentence) => dispatch({ type: "trouble", sentence }),
        lecture: (_id, url) => dispatch({ type: "lecture", url }),
        ended: () => dispatch({ type: "ended" }),
      },
    });
  } catch (error) {
    if (!(error instanceof CannotRecord) && !(error instanceof DOMException)) throw error;
    dispatch({ type: "failed", sentence: `The recording could not begin: ${error.message}` });
    return;
  }
  listening.restart();
  dispatch({ type: "started" });
}

function pauseOrGoOn(): void {
  if (state.phase === "recording") {
    take?.pause();
    dispatch({ type: "paused" });
  } else if (state.phase === "paused") {
    take?.resume();
    listening.restart();
    dispatch({ type: "resumed" });
  }
}

function mark(): void {
  take?.mark(`Chapter ${state.marks + 2}`); // the first begins with the lecture
  dispatch({ type: "marked" });
}

async function stop(): Promise<void> {
  dispatch({ type: "ending" });
  await take?.stop();
  for (const source of [...streams.keys()]) leave(source);
}

/** A microphone or camera that was plugged in again takes its place. */
async function replug(): Promise<void> {
  for (const source of ["microphone", "camera"] as const) {
    if (!isTaking(state) || !state.alarms.has(`no-${source}`)) continue;
    try {
      const stream = await ask(source);
      const [track] = stream.getTracks();
      const role: Role = source === "microphone" && !streams.has("camera") && streams.has("screen") ? "presentation" : "presenter";
      if (track) take?.replace(role, track);
      taken(source, stream);
      dispatch({ type: "alarm", alarm: `no-${source}`, isOn: false });
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // not yet back
    }
  }
}

async function showInterrupted(): Promise<void> {
  const list = element("interrupted", HTMLUListElement);
  for (const found of await interruptedTakes()) {
    const item = document.createElement("li");
    const text = document.createElement("p");
    const at = new Date(found.startedAt).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
    text.textContent = `A recording of ${at} was interrupted: “${found.title}”, ${clock(found.recordedS)} long.`;
    const send = button("Send what is there", async () => {
      send.disabled = true;
      const { url } = await finishTake(found.id, (now) => {
        text.textContent = `Sent to ${clock(now.onServerS)} of ${clock(now.recordedS)}.`;
      });
      location.assign(url);
    });
    const forget = button("Delete it", async () => {
      await discardTake(found.id);
      item.remove();
    });
    send.classList.add("primary");
    item.className = "notice row apart";
    item.append(text, send, forget);
    list.append(item);
  }
}

function button(text: string, onPress: () => Promise<void>): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", () => void onPress());
  return made;
}

function begin(): void {
  const reason = unable();
  if (reason !== null) {
    element("unable-text", HTMLElement).textContent = reason;
    element("unable", HTMLElement).hidden = false;
    return;
  }
  const press = (id: string, act: () => unknown): void => element(id, HTMLButtonElement).addEventListener("click", () => void act());
  for (const source of ["screen", "camera", "microphone"] as const) press(source, () => choose(source));
  element("screen", HTMLButtonElement).hidden = !canShareScreen();
  press("record", record);
  press("pause", pauseOrGoOn);
  press("mark", mark);
  press("stop", stop);
  const silent = element("without-sound", HTMLInputElement);
  silent.addEventListener("change", () => dispatch({ type: "without-sound", isWanted: silent.checked }));
  navigator.mediaDevices.addEventListener("devicechange", () => void replug());
  window.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLInputElement || event.ctrlKey || event.altKey || event.metaKey;
    if (isTaking(state) && !isTyping && event.key.toLowerCase() === "c") mark();
  });
  window.addEventListener("beforeunload", (event) => {
    if (isTaking(state) || state.phase === "ending") event.preventDefault();
  });
  dispatch({ type: "problem", sentence: "" });
  void showInterrupted();
}

begin();
