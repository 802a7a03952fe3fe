/** What is wrong now, of several things at once: the gravest is told. Pure. */
import type { TakeTrouble } from "./contract";

const GRAVEST_FIRST: readonly TakeTrouble[] = ["recorder-failed", "computer-full", "server-full", "refused", "offline"];

export interface Trouble {
  kind: TakeTrouble;
  sentence: string;
}

export class Troubles {
  private readonly bySource = new Map<string, Trouble>();
  private told: Trouble | null = null;

  constructor(private readonly tell: (kind: TakeTrouble | null, sentence: string) => void) {}

  /** What is wrong with one part of the take; null when nothing is. Tells only what is new. */
  set(source: string, trouble: Trouble | null): void {
    if (trouble) this.bySource.set(source, trouble);
    else this.bySource.delete(source);
    const gravest = this.gravest();
    if (gravest?.kind === this.told?.kind && gravest?.sentence === this.told?.sentence) return;
    this.told = gravest;
    this.tell(gravest?.kind ?? null, gravest?.sentence ?? "");
  }

  private gravest(): Trouble | null {
    const all = [...this.bySource.values()];
    return all.sort((one, other) => GRAVEST_FIRST.indexOf(one.kind) - GRAVEST_FIRST.indexOf(other.kind))[0] ?? null;
  }
}
