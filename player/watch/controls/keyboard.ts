/** Which key does what. Pure; the help dialog in the template lists the same keys. */

export type Command =
  | { do: "toggle" }
  | { do: "seekBy"; seconds: number }
  | { do: "seekTo"; fraction: number }
  | { do: "speedBy"; steps: number }
  | { do: "volumeBy"; amount: number }
  | { do: "mute" }
  | { do: "fullScreen" }
  | { do: "help" };

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/** What has the focus: some keys belong to it. */
export type Focus = "text" | "select" | "button" | "other";

const COMMANDS: Record<string, Command> = {
  " ": { do: "toggle" },
  k: { do: "toggle" },
  j: { do: "seekBy", seconds: -10 },
  l: { do: "seekBy", seconds: 10 },
  ArrowLeft: { do: "seekBy", seconds: -5 },
  ArrowRight: { do: "seekBy", seconds: 5 },
  ArrowUp: { do: "volumeBy", amount: 0.1 },
  ArrowDown: { do: "volumeBy", amount: -0.1 },
  "<": { do: "speedBy", steps: -1 },
  ">": { do: "speedBy", steps: 1 },
  m: { do: "mute" },
  f: { do: "fullScreen" },
  "?": { do: "help" },
  Home: { do: "seekTo", fraction: 0 },
  ...Object.fromEntries(
    Array.from({ length: 10 }, (_, digit) => [String(digit), { do: "seekTo", fraction: digit / 10 } as const]),
  ),
};

/** Return what a key does, or null when it is the browser's or the focused element's. */
export function commandFor(pressed: Pressed, focus: Focus): Command | null {
  if (pressed.ctrlKey || pressed.altKey || pressed.metaKey || focus === "text" || focus === "select") return null;
  const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
  if (focus === "button" && key === " ") return null; // presses the button
  return COMMANDS[key] ?? null;
}

export function focusOf(target: EventTarget | null): Focus {
  if (!(target instanceof HTMLElement)) return "other";
  if (target instanceof HTMLInputElement) return target.type === "range" ? "other" : "text";
  if (target instanceof HTMLTextAreaElement || target.isContentEditable) return "text";
  if (target instanceof HTMLSelectElement) return "select";
  return target.closest("button, a, summary") === null ? "other" : "button";
}
