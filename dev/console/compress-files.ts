// Makes compressed twins of built files once, so that no request has to wait for a compressor.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const TEXT = /\.(js|css|html|svg|json|txt|map)$/;
/** Below this a twin saves less than a packet. */
const BYTES_MIN = 1_024;
/** The best quality takes seconds per megabyte: worth it for what each visit loads first. */
const QUICK_QUALITY = 9;

/**
 * Writes `x.js.br` and `x.js.gz` beside `x.js`. The page itself is small and has none.
 * @param first names of those that each visit loads first, in the folder
 */
export async function compressFiles(folder: string, first: ReadonlySet<string> = new Set()): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !TEXT.test(entry.name) || entry.name === "index.html") continue;
    const path = join(entry.parentPath, entry.name);
    const content = await readFile(path);
    if (content.byteLength < BYTES_MIN) continue;
    const quality = first.has(relative(folder, path)) ? constants.BROTLI_MAX_QUALITY : QUICK_QUALITY;
    const params = {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: quality,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength,
    };
    await writeFile(`${path}.br`, await promisify(brotliCompress)(content, { params }));
    await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: constants.Z_BEST_COMPRESSION }));
  }
}
