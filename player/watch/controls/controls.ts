/** The buttons and choices under the picture. They ask the store; what they show comes from it. */

import { element } from "../api";
import type { Rung, SeekCause } from "../api";
import type { Quality } from "../engine/engine";
import { autoName, qualityName } from "../engine/qualities";
import { RATES, steppedRate } from "../store";
import type { MediaStore } from "../store";
import { commandFor, focusOf } from "./keyboard";
import type { Command } from "./keyboard";

export interface Actions {
  /** Play, or pause; from the start again when it had ended. */
  toggle: (cause: SeekCause) => void;
  seekTo: (targetS: number, cause: SeekCause) => void;
  choose: (rung: Rung | null) => void;
}

export class Controls {
  private readonly play = element("play");
  private readonly mute = element("mute");
  private readonly volume = element("volume") as HTMLInputElement;
  private readonly speed = element("speed") as HTMLSelectElement;
  private readonly quality = element("quality") as HTMLSelectElement;
  private readonly fullScreen = element("full-screen");
  private readonly help = element("help") as HTMLDialogElement;
  private qualities: readonly Quality[] = [];
  private shown: [rung: Rung, isAuto: boolean] | null = null;

  constructor(
    private readonly store: MediaStore,
    private readonly actions: Actions,
    private readonly signal: AbortSignal,
  ) {
    this.fillSpeeds();
    this.showState();
    this.hearClicks();
    this.hearChoices();
    document.addEventListener("keydown", (event) => this.press(event), { signal });
  }

  showQualities(qualities: readonly Quality[]): void {
    this.qualities = qualities;
    const best = [...qualities].reverse(); // the best first, as people look for it
    this.quality.replaceChildren(
      new Option(autoName(undefined), "auto"),
      ...best.map((quality) => new Option(qualityName(quality), quality.rung)),
    );
    element("quality-field").hidden = qualities.length < 2;
    if (this.shown !== null) this.showQuality(...this.shown);
  }

  showQuality(rung: Rung, isAuto: boolean): void {
    this.shown = [rung, isAuto];
    const shown = this.qualities.find((quality) => quality.rung === rung);
    const auto = this.quality.options[0];
    if (auto !== undefined) auto.text = autoName(isAuto ? shown : undefined);
    this.quality.value = isAuto ? "auto" : rung;
  }

  private fillSpeeds(): void {
    this.speed.replaceChildren(...RATES.map((rate) => new Option(`${rate}×`, String(rate))));
  }

  private showState(): void {
    const { store } = this;
    store.watch("isPaused", (isPaused) => {
      this.play.dataset["icon"] = isPaused ? "play" : "pause";
      this.play.setAttribute("aria-label", isPaused ? "Play" : "Pause");
    });
    store.watch("rate", (rate) => (this.speed.value = String(rate)));
    store.watch("isMuted", (isMuted) => {
      this.mute.dataset["icon"] = isMuted ? "muted" : "sound";
      this.mute.setAttribute("aria-label", isMuted ? "Sound on" : "Sound off");
    });
    store.watch("volume", (volume) => (this.volume.value = String(volume)));
    store.watch("isFullScreen", (isFullScreen) => {
      this.fullScreen.dataset["icon"] = isFullScreen ? "smaller" : "larger";
      this.fullScreen.setAttribute("aria-label", isFullScreen ? "Leave full screen" : "Full screen");
    });
  }

  private hearClicks(): void {
    const clicks: [string, () => void][] = [
      ["play", () => this.actions.toggle("button")],
      ["stage", () => this.actions.toggle("button")],
      ["back", () => this.seekBy(-10, "button")],
      ["forward", () => this.seekBy(10, "button")],
      ["mute", () => this.store.set("isMuted", !this.store.get("isMuted"))],
      ["full-screen", () => this.store.set("isFullScreen", !this.store.get("isFullScreen"))],
      ["help-open", () => this.help.showModal()],
    ];
    for (const [id, action] of clicks) element(id).addEventListener("click", action, { signal: this.signal });
  }

  private hearChoices(): void {
    const { signal } = this;
    this.speed.addEventListener("change", () => this.store.set("rate", Number(this.speed.value)), { signal });
    this.volume.addEventListener("input", () => this.setVolume(Number(this.volume.value)), { signal });
    const choose = (): void => {
      const { value } = this.quality;
      this.actions.choose(value === "auto" ? null : (value as Rung));
    };
    this.quality.addEventListener("change", choose, { signal });
  }

  private press(event: KeyboardEvent): void {
    if (event.defaultPrevented || this.help.open) return;
    const command = commandFor(event, focusOf(event.target));
    if (command === null) return;
    event.preventDefault();
    this.obey(command);
  }

  private obey(command: Command): void {
    const { store } = this;
    switch (command.do) {
      case "toggle":
        this.actions.toggle("key");
        break;
      case "seekBy":
        this.seekBy(command.seconds, "key");
        break;
      case "seekTo":
        this.actions.seekTo(command.fraction * store.get("durationS"), "key");
        break;
      case "speedBy":
        store.set("rate", steppedRate(store.get("rate"), command.steps));
        break;
      case "volumeBy":
        this.setVolume(store.get("volume") + command.amount);
        break;
      case "mute":
        store.set("isMuted", !store.get("isMuted"));
        break;
      case "fullScreen":
        store.set("isFullScreen", !store.get("isFullScreen"));
        break;
      case "help":
        this.help.showModal();
        break;
    }
  }

  private seekBy(seconds: number, cause: SeekCause): void {
    this.actions.seekTo(this.store.get("positionS") + seconds, cause);
  }

  private setVolume(volume: number): void {
    this.store.set("isMuted", false);
    this.store.set("volume", volume);
  }
}
