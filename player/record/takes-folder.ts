/** Where takes lie in the files of the origin. */

const FOLDER = "takes";

/** Raises a DOMException where there is no such folder, or where the browser keeps no files. */
export async function takesFolder(isMade: boolean): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(FOLDER, { create: isMade });
}

/** The lock that says that a living page holds the take. */
export const lockOf = (takeId: string): string => `flipcast-take-${takeId}`;
