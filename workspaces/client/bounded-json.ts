// Workspaces: JSON from where anybody may have written it. Its size is known from a look at its bytes, before an object is made
// of any of them: 31 MB of `{}` are ten million objects, and parsing cannot be interrupted.

export interface JsonLimits {
  /** Values and names, counted by the signs between them. */
  readonly nodesMax: number;
  readonly depthMax: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** The value. Throws an Error in words on what is too much, and on what is no JSON. */
export function parseBounded(bytes: Uint8Array, limits: JsonLimits): unknown {
  checkSize(bytes, limits);
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
}

function checkSize(bytes: Uint8Array, { nodesMax, depthMax }: JsonLimits): void {
  let nodes = 1;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inText) {
      if (byte === backslash) at += 1;
      else if (byte === quote) inText = false;
      continue;
    }
    if (byte === quote) inText = true;
    else if (byte === comma || byte === colon) nodes += 1;
    else if (byte === openBracket || byte === openBrace) {
      nodes += 1;
      depth += 1;
    } else if (byte === closeBracket || byte === closeBrace) depth -= 1;
    if (nodes > nodesMax) throw new Error(`more than ${nodesMax} values`);
    if (depth > depthMax) throw new Error(`nested deeper than ${depthMax}`);
  }
}
