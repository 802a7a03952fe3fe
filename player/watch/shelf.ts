/** Local storage that never fails: where the browser refuses it, things live as long as the page. */

const memory = new Map<string, string>();

export const shelf = {
  getItem: (name: string): string | null => attempt(() => localStorage.getItem(name)) ?? memory.get(name) ?? null,

  setItem(name: string, value: string): void {
    const isStored = attempt(() => {
      localStorage.setItem(name, value);
      return true;
    });
    if (isStored !== true) memory.set(name, value);
  },

  removeItem(name: string): void {
    memory.delete(name);
    attempt(() => localStorage.removeItem(name));
  },
};

function attempt<T>(use: () => T): T | null {
  try {
    return use();
  } catch (error) {
    if (error instanceof DOMException) return null; // refused, or full
    throw error;
  }
}
