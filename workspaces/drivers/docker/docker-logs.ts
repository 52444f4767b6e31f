// Workspaces: drivers make the place. This file: the end of a container's log, out of the engine's frames.
import type { EngineClient } from "./engine/engine-client.ts";

// As much of a log as helps to see why something did not start.
const tailLines = 20;
const tailCharsMax = 4_000;
// A frame: stream (1 byte), three zeros, length (4 bytes, big endian), as the API's document says under ContainerAttach.
const frameHeaderBytes = 8;

/** The last lines a container wrote, or why they cannot be had; never throws but for an abort. */
export async function logTail(
  engine: EngineClient,
  container: string,
  signal?: AbortSignal,
): Promise<string> {
  try {
    const bytes = await engine.bytes({
      method: "GET",
      path: `/containers/${container}/logs`,
      query: { stdout: "true", stderr: "true", tail: String(tailLines) },
      ...(signal !== undefined && { signal }),
    });
    return readFrames(bytes).trim().slice(-tailCharsMax) || "(nothing was logged)";
  } catch (error) {
    signal?.throwIfAborted();
    return `(no log: ${error instanceof Error ? error.message : String(error)})`;
  }
}

/** The text of all frames, in their order; a last frame that was cut is taken as far as it goes. */
export function readFrames(bytes: Buffer): string {
  const pieces: Buffer[] = [];
  let at = 0;
  while (at + frameHeaderBytes <= bytes.length) {
    const end = at + frameHeaderBytes + bytes.readUInt32BE(at + 4);
    pieces.push(bytes.subarray(at + frameHeaderBytes, end));
    at = end;
  }
  return Buffer.concat(pieces).toString();
}
