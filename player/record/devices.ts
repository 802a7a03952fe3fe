/** Ask for screen, camera and microphone. */

import type { Source } from "./state";
import { refusalWords } from "./words";

/** A source that could not be had; the message is for the teacher. */
export class Refused extends Error {}

const VOICE: MediaTrackConstraints = { echoCancellation: false, noiseSuppression: false, autoGainControl: true };
const CAMERA: MediaTrackConstraints = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

/** Why nothing can be recorded here; null when it can. */
export function unable(): string | null {
  if (!window.isSecureContext)
    return "Browsers record only on pages whose address begins with https://. Ask whoever runs this server for that address; until then, record with another program and send the file.";
  if (!("MediaRecorder" in window) || !("mediaDevices" in navigator))
    return "This browser cannot record. Chrome, Edge, Firefox and Safari of the last years can; or send a file.";
  return null;
}

export function canShareScreen(): boolean {
  return "getDisplayMedia" in navigator.mediaDevices;
}

/** Ask for a source. Raises Refused. */
export async function ask(source: Source): Promise<MediaStream> {
  try {
    return await asked(source);
  } catch (error) {
    throw new Refused(refusalWords(source, error instanceof DOMException ? error.name : ""), { cause: error });
  }
}

async function asked(source: Source): Promise<MediaStream> {
  if (source === "camera") return navigator.mediaDevices.getUserMedia({ video: CAMERA });
  if (source === "microphone") return navigator.mediaDevices.getUserMedia({ audio: VOICE });
  const screen = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } } });
  for (const track of screen.getVideoTracks()) track.contentHint = "detail"; // sharp text before smooth movement
  return screen;
}

/** The take's sources: the screen, and the presenter with the camera; the voice belongs to the presenter's. */
export function sourcesOf(streams: ReadonlyMap<Source, MediaStream>, isSilent: boolean): { role: "presentation" | "presenter"; stream: MediaStream }[] {
  const [screen, camera] = [streams.get("screen"), streams.get("camera")];
  const voice = isSilent ? [] : (streams.get("microphone")?.getAudioTracks() ?? []);
  const made: { role: "presentation" | "presenter"; stream: MediaStream }[] = [];
  if (screen) made.push({ role: "presentation", stream: new MediaStream([...screen.getVideoTracks(), ...(camera ? [] : voice)]) });
  if (camera || !screen) made.push({ role: "presenter", stream: new MediaStream([...(camera?.getVideoTracks() ?? []), ...voice]) });
  return made;
}
