/** The recorder's sentences. Pure. */

import type { Safe } from "./contract";
import type { Alarm, Source, State } from "./state";

const ALARMS: Readonly<Record<Alarm, string>> = {
  silent: "Nothing has been heard for 10 seconds. Is the microphone muted? The recording goes on.",
  "no-microphone": "The microphone is gone. The recording goes on without sound; plug it in again and it will be heard.",
  "no-screen": "The screen is no longer shared. Sound and camera go on; press Stop if you are done.",
  "no-camera": "The camera is gone. The recording goes on without it.",
};

const REFUSED: Readonly<Record<Source, string>> = {
  screen: "The screen was not shared. Press the button again and choose a screen, a window or a tab.",
  camera: "The browser may not use the camera. Allow it beside the address, then press the button again.",
  microphone: "The browser may not use the microphone. Allow it beside the address, then press the button again.",
};

/** A length as 0:59, 12:03 or 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

export function safeWords(safe: Safe | null): [computer: string, server: string] {
  if (safe === null) return ["", ""];
  return [`Safe on this computer to ${clock(safe.onComputerS)}`, `Safe on the server to ${clock(safe.onServerS)}`];
}

export function alarmWords(alarms: ReadonlySet<Alarm>): string {
  return [...alarms].map((alarm) => ALARMS[alarm]).join(" ");
}

/** Why a source could not be had, from the error's name. */
export function refusalWords(source: Source, name: string): string {
  if (name === "NotFoundError" || name === "OverconstrainedError") return `There is no ${source} on this computer.`;
  if (name === "NotReadableError") return `The ${source} is in use by another program. Close that, then press the button again.`;
  return REFUSED[source];
}

/** What is to be done before Record can be pressed. */
export function hintWords({ chosen, isHeard, isSilentOnPurpose }: State): string {
  if (chosen.size === 0) return "Choose what to record: the screen, the camera, the microphone, or all three.";
  if (chosen.has("microphone") && !isHeard && !isSilentOnPurpose) return "Say a sentence: the recording begins when you can be heard.";
  if (!chosen.has("microphone") && !isSilentOnPurpose) return "Choose the microphone, or say that there is to be no sound.";
  if (!chosen.has("screen") && !chosen.has("camera") && !isHeard) return "Without sound there must be a screen or a camera.";
  return "Ready.";
}

/** The tab's name, which tells from afar that it records. */
export function tabTitle(state: State): string {
  const at = clock(state.safe?.recordedS ?? 0);
  if (state.phase === "recording") return state.alarms.size > 0 ? `⚠ ${at} Recording` : `● ${at} Recording`;
  if (state.phase === "paused") return `❚❚ ${at} Paused`;
  return "Record a lecture · Flipcast";
}

/** What a lecture is called that nobody named. */
export function unnamed(now: Date): string {
  const day = now.toLocaleDateString(undefined, { day: "numeric", month: "long" });
  return `Lecture of ${day}, ${now.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })}`;
}
