/** Interrupted deliveries, kept in the browser so that a reload or a crash loses nothing. */

import type { Delivery } from "./state";

const PREFIX = "flipcast-uploads-";

/** One person's memory: a shared computer keeps several apart. */
export class Memory {
  private readonly key: string;

  constructor(
    private readonly storage: Storage,
    viewer: string,
  ) {
    this.key = PREFIX + viewer;
  }

  /** Return what was being sent; nothing when storage is empty, foreign or refused. */
  read(): Delivery[] {
    try {
      const stored: unknown = JSON.parse(this.storage.getItem(this.key) ?? "[]");
      return Array.isArray(stored) ? stored.filter(isDelivery) : [];
    } catch {
      return [];
    }
  }

  keep(delivery: Delivery): void {
    this.write([delivery, ...this.others(delivery.lectureId)]);
  }

  forget(lectureId: string): void {
    this.write(this.others(lectureId));
  }

  private others(lectureId: string): Delivery[] {
    return this.read().filter((one) => one.lectureId !== lectureId);
  }

  private write(deliveries: Delivery[]): void {
    try {
      if (deliveries.length > 0) this.storage.setItem(this.key, JSON.stringify(deliveries));
      else this.storage.removeItem(this.key);
    } catch {
      // Storage is full or switched off: the upload itself goes on, only a reload would not.
    }
  }
}

function isDelivery(value: unknown): value is Delivery {
  if (typeof value !== "object" || value === null || !("tracks" in value)) return false;
  const { lectureId, lectureUrl, title, tracks } = value as Partial<Delivery>;
  return (
    typeof lectureId === "string" &&
    typeof lectureUrl === "string" &&
    typeof title === "string" &&
    Array.isArray(tracks) &&
    tracks.every((track) => typeof track.trackId === "string" && typeof track.file === "object")
  );
}
