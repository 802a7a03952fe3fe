/** The event emitter hls.js runs on: the part of eventemitter3's interface that it uses. */

type Listener = (...values: unknown[]) => void;
interface Entry {
  listener: Listener;
  context: unknown;
  once: boolean;
}

export class EventEmitter {
  private entries = new Map<string, readonly Entry[]>();

  on(event: string, listener: Listener, context: unknown = this, once = false): this {
    this.entries.set(event, [...(this.entries.get(event) ?? []), { listener, context, once }]);
    return this;
  }

  once(event: string, listener: Listener, context: unknown = this): this {
    return this.on(event, listener, context, true);
  }

  /** Remove listeners of an event: all of them, or those that match what is given. */
  off(event: string, listener?: Listener, context?: unknown, once?: boolean): this {
    const kept = (this.entries.get(event) ?? []).filter(
      (entry) =>
        listener !== undefined &&
        (entry.listener !== listener ||
          (once === true && !entry.once) ||
          (context !== undefined && entry.context !== context)),
    );
    this.entries.set(event, kept);
    return this;
  }

  removeAllListeners(event?: string): this {
    if (event === undefined) this.entries.clear();
    else this.entries.delete(event);
    return this;
  }

  listeners(event: string): Listener[] {
    return (this.entries.get(event) ?? []).map((entry) => entry.listener);
  }

  listenerCount(event: string): number {
    return this.entries.get(event)?.length ?? 0;
  }

  /** Call the listeners there are now (a listener may add or remove others); true if there were any. */
  emit(event: string, ...values: unknown[]): boolean {
    const entries = this.entries.get(event) ?? [];
    for (const { listener, context, once } of entries) {
      if (once) this.off(event, listener, undefined, true);
      listener.apply(context, values);
    }
    return entries.length > 0;
  }
}
