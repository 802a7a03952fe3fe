/**
 * The seek bar: a native range input (keyboard, touch and screen readers come with it) over a
 * drawing of what is loaded and what was played. One drag is one seek, made when it is let go.
 */

import { element } from "../api";
import type { SeekCause } from "../api";
import type { MediaStore } from "../store";
import { clock, spokenClock } from "../words";
import type { Preview } from "./preview";

export type SeekTo = (targetS: number, cause: SeekCause, fromS?: number) => void;

export class SeekBar {
  private readonly input = element("seek") as HTMLInputElement;
  private readonly loaded = element("seek-loaded");
  private readonly played = element("seek-played");
  private drag: { fromS: number; cause: "bar" | "touch" } | null = null;
  private durationS = 0;

  constructor(
    private readonly store: MediaStore,
    private readonly seekTo: SeekTo,
    private readonly preview: Preview,
    signal: AbortSignal,
  ) {
    store.watch("durationS", (durationS) => this.setDuration(durationS));
    store.watch("positionS", (positionS) => this.show(positionS));
    store.watch("buffered", () => this.showLoaded());
    const { input } = this;
    input.addEventListener("pointerdown", (event) => this.begin(event), { signal });
    input.addEventListener("input", () => this.move(), { signal });
    input.addEventListener("change", () => this.end(), { signal });
    input.addEventListener("pointermove", (event) => this.hover(event), { signal });
    for (const name of ["pointerleave", "pointercancel", "pointerup"])
      input.addEventListener(name, () => this.preview.hide(), { signal });
  }

  private begin(event: PointerEvent): void {
    this.drag = { fromS: this.store.get("positionS"), cause: event.pointerType === "touch" ? "touch" : "bar" };
  }

  private move(): void {
    this.drag ??= { fromS: this.store.get("positionS"), cause: "bar" };
    const wantedS = Number(this.input.value);
    this.draw(wantedS);
    this.preview.show(wantedS, wantedS / this.durationS);
  }

  private end(): void {
    const { fromS, cause } = this.drag ?? { fromS: this.store.get("positionS"), cause: "bar" as const };
    this.drag = null;
    this.preview.hide();
    this.seekTo(Number(this.input.value), cause, fromS);
  }

  private hover(event: PointerEvent): void {
    if (this.durationS === 0 || event.pointerType === "touch") return;
    const box = this.input.getBoundingClientRect();
    const fraction = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    this.preview.show(fraction * this.durationS, fraction);
  }

  private setDuration(durationS: number): void {
    this.durationS = durationS;
    this.input.max = String(durationS || 1);
    this.input.disabled = durationS === 0;
    element("duration").textContent = clock(durationS);
  }

  private show(positionS: number): void {
    if (this.drag !== null) return;
    this.input.value = String(positionS);
    this.draw(positionS);
  }

  private draw(positionS: number): void {
    element("position").textContent = clock(positionS);
    this.input.setAttribute("aria-valuetext", `${spokenClock(positionS)} of ${spokenClock(this.durationS)}`);
    this.played.setAttribute("width", percent(positionS, this.durationS));
  }

  private showLoaded(): void {
    const bars = this.store.get("buffered").map(([fromS, toS]) => {
      const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      bar.setAttribute("x", percent(fromS, this.durationS));
      bar.setAttribute("width", percent(toS - fromS, this.durationS));
      bar.setAttribute("height", "100%");
      return bar;
    });
    this.loaded.replaceChildren(...bars);
  }
}

function percent(partS: number, wholeS: number): string {
  return wholeS > 0 ? `${((100 * partS) / wholeS).toFixed(2)}%` : "0%";
}
