// For tests: tar archives with hostile entries.

export interface ArchiveEntry {
  readonly name: string;
  readonly content?: string;
  /** A symbolic link with this target, wherever it leads. */
  readonly linkTo?: string;
  readonly hardLinkTo?: string;
}

const blockBytes = 512;
const fileType = "0";
const hardLinkType = "1";
const symbolicLinkType = "2";

/** A POSIX (ustar) archive of the entries, names as given. Names and targets have at most 100 bytes. */
export function anArchive(entries: readonly ArchiveEntry[]): Buffer {
  return Buffer.concat([...entries.map(entryBlocks), Buffer.alloc(2 * blockBytes)]);
}

function entryBlocks(entry: ArchiveEntry): Buffer {
  const content = Buffer.from(entry.content ?? "");
  const padding = Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  return Buffer.concat([header(entry, content.length), content, padding]);
}

function header(entry: ArchiveEntry, size: number): Buffer {
  const block = Buffer.alloc(blockBytes);
  const target = entry.linkTo ?? entry.hardLinkTo ?? "";
  for (const text of [entry.name, target]) {
    if (Buffer.byteLength(text) > 100) throw new RangeError(`too long for this archive: ${text}`);
  }
  const type =
    entry.linkTo !== undefined ? symbolicLinkType : entry.hardLinkTo !== undefined ? hardLinkType : fileType;
  block.write(entry.name, 0);
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  block.write("00000000000\0", 136);
  block.write("        ", 148);
  block.write(type, 156);
  block.write(target, 157);
  block.write("ustar\x0000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
