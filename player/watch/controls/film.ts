/** The filmstrip under the player: pictures of the lecture are its table of contents. */

import { element } from "../api";
import { spread } from "../storyboard";
import type { Picture } from "../storyboard";
import { clock } from "../words";
import { pictureElement } from "./picture";

const PICTURES = 12;

export function showFilm(pictures: readonly Picture[], seekTo: (startS: number) => void): void {
  const strip = element("film");
  strip.replaceChildren(...spread(pictures, PICTURES).map((picture) => item(picture, seekTo)));
  strip.hidden = pictures.length < 2;
}

/** Mark the picture of the part that plays now, and bring it into the strip's view. */
export function markFilm(positionS: number): void {
  const strip = element("film");
  const buttons = [...strip.querySelectorAll("button")];
  const current = buttons.findLast((button) => Number(button.value) <= positionS + 0.05);
  if (current === undefined || current.getAttribute("aria-current") === "true") return;
  for (const button of buttons) button.removeAttribute("aria-current");
  current.setAttribute("aria-current", "true");
  strip.scrollLeft = current.offsetLeft - strip.offsetLeft - strip.clientWidth / 3;
}

function item(picture: Picture, seekTo: (startS: number) => void): HTMLLIElement {
  const button = document.createElement("button");
  button.type = "button";
  button.value = String(picture.startS);
  button.setAttribute("aria-label", `Go to ${clock(picture.startS)}`);
  const time = document.createElement("span");
  time.className = "num small";
  time.textContent = clock(picture.startS);
  button.append(pictureElement(picture), time);
  button.addEventListener("click", () => seekTo(picture.startS));
  const entry = document.createElement("li");
  entry.append(button);
  return entry;
}
