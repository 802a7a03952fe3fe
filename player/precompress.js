/**
 * Puts `name.br` and `name.gz` beside every built script and style sheet; the server sends the one a
 * browser takes (aiohttp's FileResponse looks for them). Compressed once here, as hard as can be,
 * instead of at each request: on 300 kbit/s the player's script costs 2 s instead of 9.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);
const NOT_WORTH_BYTES = 256;

/** A Vite plugin. */
export function precompress() {
  return {
    name: "precompress",
    apply: "build",
    async writeBundle({ dir }, bundle) {
      await Promise.all(Object.values(bundle).map((file) => compress(join(dir, file.fileName), file.code ?? file.source)));
    },
  };
}

async function compress(path, text) {
  if (!/\.(js|css)$/.test(path) || text.length < NOT_WORTH_BYTES) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  await writeFile(`${path}.br`, await brotli(text, { params }));
  await writeFile(`${path}.gz`, await zip(text, { level: 9 }));
}
