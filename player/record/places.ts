/** Where a take lies in the browser's storage, by name, and the lock that says that a page holds it. */
import type { Role } from "./contract";

export const ROLES: readonly Role[] = ["presentation", "presenter"];

/** IndexedDB, where files of the origin are missing. */
export const DATABASE = "flipcast-takes";

const FOLDER = "takes";
export const HEADER_FILE = "header";
export const bytesFile = (role: Role): string => `${role}.bytes`;
export const listFile = (role: Role): string => `${role}.slices`;

/** Raises a DOMException where there is no such folder, or where the browser keeps no files. */
export async function takesFolder(isMade: boolean): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: isMade });
}

export const lockOf = (takeId: string): string => `flipcast-take-${takeId}`;

/** Tell whether takes were ever kept in IndexedDB here, without making anything. */
export async function hasDatabase(): Promise<boolean> {
  return (await indexedDB.databases()).some(({ name }) => name === DATABASE);
}
