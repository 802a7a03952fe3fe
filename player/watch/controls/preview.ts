/** The time, and where there is one the picture, of the place under the pointer on the seek bar. */

import { element } from "../api";
import { pictureAt } from "../storyboard";
import type { Picture } from "../storyboard";
import { clock } from "../words";
import { pictureElement } from "./picture";

export class Preview {
  private readonly box = element("preview");
  private readonly time = element("preview-time");
  private readonly frame = element("preview-picture");
  private pictures: readonly Picture[] = [];
  private shown: Picture | null = null;

  setPictures(pictures: readonly Picture[]): void {
    this.pictures = pictures;
  }

  show(positionS: number, fraction: number): void {
    this.box.hidden = false;
    this.time.textContent = clock(positionS);
    this.showPicture(pictureAt(this.pictures, positionS));
    const room = (this.box.parentElement?.clientWidth ?? 0) - this.box.offsetWidth;
    const left = fraction * (room + this.box.offsetWidth) - this.box.offsetWidth / 2;
    this.box.style.left = `${Math.min(Math.max(0, left), Math.max(0, room))}px`;
  }

  hide(): void {
    this.box.hidden = true;
  }

  private showPicture(picture: Picture | null): void {
    if (picture === this.shown) return;
    this.shown = picture;
    this.frame.replaceChildren(...(picture === null ? [] : [pictureElement(picture)]));
  }
}
