/**
 * "Continue at 12:40" on the cards of lectures that were begun in this browser.
 *
 * The watch page writes the place down (`watch/place.ts`). It is read here without importing that
 * module: the bundler would cut a shared file out of the watch page's script, and one more file
 * there costs a poor link a round trip before the picture. A test keeps the two in agreement.
 */

/** So near to the start or the end the lecture begins anew, and nothing is said. */
const NOT_WORTH_S = 10;

export function showResumeHints(page: Document): void {
  const viewer = page.querySelector<HTMLElement>("[data-viewer]")?.dataset["viewer"];
  if (viewer === undefined) return;
  for (const hint of page.querySelectorAll<HTMLElement>("[data-resume]")) {
    const words = resumeWords(stored(`flipcast.place.${viewer}.${hint.dataset["resume"] ?? ""}`));
    if (words === null) continue;
    hint.textContent = words;
    hint.hidden = false;
  }
}

/** Return what the card says for a stored place, "SECONDS DURATION"; null when nothing is to say. */
export function resumeWords(place: string | null): string | null {
  const [positionS = Number.NaN, durationS = Number.NaN] = (place ?? "").split(" ").map(Number);
  const begun = positionS >= NOT_WORTH_S && !(positionS > durationS - NOT_WORTH_S);
  return begun ? `Continue at ${clock(positionS)}` : null;
}

function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const hours = Math.floor(whole / 3600);
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

// A browser may refuse storage; then there is no hint.
function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
