/**
 * A take's header on the disk: a line of JSON after its SHA-256; every change is a line more, the last whole
 * one counts. Writing over the old one could leave neither.
 */
import type { TakeHeader } from "./journal";
import { sha256 } from "./slices";

const DIGEST_CHARS = 64;

export async function encodeHeader(header: TakeHeader): Promise<Uint8Array<ArrayBuffer>> {
  const json = JSON.stringify(header);
  return new TextEncoder().encode(`${await digestOf(json)} ${json}\n`);
}

/** Return the last header that is whole; null when there is none. */
export async function lastHeader(file: Uint8Array): Promise<TakeHeader | null> {
  const lines = new TextDecoder().decode(file).split("\n");
  for (const line of lines.reverse()) {
    const json = line.slice(DIGEST_CHARS + 1);
    if (json && (await digestOf(json)) === line.slice(0, DIGEST_CHARS)) return JSON.parse(json) as TakeHeader;
  }
  return null;
}

async function digestOf(text: string): Promise<string> {
  const digest = await sha256(new TextEncoder().encode(text));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
