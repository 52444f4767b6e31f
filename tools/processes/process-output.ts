// Reads the output of a process of the workspace from an offset.
import { z } from "zod";
import { markedBytesNote } from "../../core/text/marked-text.ts";
import { defineTool } from "../define-tool.ts";
import { outputPageBytes, outputWaitMaxMs } from "../tool-limits.ts";
import { workspaceAgent } from "../workspace/chat-workspace-of.ts";
import { processIdSchema } from "./process-id.ts";
import { terminalText } from "./terminal-screen.ts";
import { withoutUnfinished } from "./terminal-tokens.ts";

const schema = z.strictObject({
  process_id: processIdSchema,
  offset: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe("Byte to begin at. Default 0."),
  wait_ms: z
    .int()
    .min(0)
    .max(outputWaitMaxMs)
    .optional()
    .describe("How long to wait for output past offset, or for the end. Default 0."),
});

/**
 * `process_output`: `{output, offset, next_offset, output_bytes, running, exit_code, signal?, state, note?}`. `output` is what a terminal
 * would show; offsets count the bytes that the process wrote.
 */
export const processOutput = defineTool({
  name: "process_output",
  description:
    `Output of a process that execute left running (or of one that ended), from a byte offset, at most ${outputPageBytes / 1024} KiB at a time. ` +
    "Go on with next_offset; wait_ms waits for news instead of asking again and again.",
  schema,
  runs_in: "workspace",
  flags: { read_only: true, polls: true },
  async run(args, context) {
    const agent = await workspaceAgent(context);
    const range = {
      key: args.process_id,
      offset: args.offset ?? 0,
      max_bytes: outputPageBytes,
      wait_ms: args.wait_ms ?? 0,
    };
    const { offset, bytes, process } = await agent.processes.output(range, context.signal);
    const more = process.state === "running" || offset + bytes.length < process.output_bytes;
    // A character or sequence that the end of the page would cut comes with the next page.
    const whole = more ? withoutUnfinished(bytes) : bytes;
    const { text, isMarked } = terminalText(whole);
    const result = {
      output: text,
      offset,
      next_offset: offset + whole.length,
      output_bytes: process.output_bytes,
      running: process.state === "running",
      state: process.state,
      exit_code: process.exit_code,
      ...(process.signal !== null && { signal: process.signal }),
      ...(isMarked && { note: markedBytesNote }),
    };
    return { result, is_error: false };
  },
});
