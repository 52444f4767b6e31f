// A tool of an MCP server as a tool of a chat.
import type { ElicitResult, Progress } from "@modelcontextprotocol/client";
import { questionsPerCallMax } from "../../core/chat/limits.ts";
import { headOf } from "../../core/text/truncate.ts";
import type { Asker } from "../../core/tool/question.ts";
import type { Tool, ToolContext, ToolOutput } from "../../tools/tool.ts";
import { errorOutput, ToolError } from "../../tools/tool-error.ts";
import type { McpAnswer, McpCall, McpResume } from "../connection/call-tool.ts";
import type { McpTarget } from "../connection/open-transport.ts";
import type { McpToolInfo } from "../discovery/tool-info.ts";
import { originalArgs } from "../discovery/tool-parameters.ts";
import { heldQuestionsMax, progressBytesMax, progressLineCharsMax, resultItemsMax } from "../limits.ts";
import { McpFault } from "../mcp-fault.ts";
import type { McpPool } from "../pool/pool.ts";
import { callInRounds } from "./call-in-rounds.ts";
import { type ReadQuestion, readQuestion } from "./read-question.ts";
import { questionNote } from "./tool-result.ts";

/** @param name as models call it */
export function mcpTool(
  pool: McpPool,
  target: McpTarget,
  { name, info }: { name: string; info: McpToolInfo },
): Tool {
  const { read_only, idempotent, destructive } = info;
  return {
    name,
    description: info.description,
    parameters: info.parameters,
    runs_in: "worker",
    flags: { read_only, idempotent, destructive, mcp_server_id: target.server.id },
    // The server checks them: its schema may be one that takes long to check.
    parse: (args) => ({ ok: true, args }),
    async run(args, context) {
      const { signal, resumed, chatId } = context;
      const asked_by = { mcp_server_id: target.server.id, name: target.server.name };
      const notes: string[] = [];
      const note = (question: string, why: string) => {
        if (notes.length < resultItemsMax) notes.push(questionNote(question, why));
      };
      const call = {
        tool: info.name,
        args: originalArgs(args as Record<string, unknown>, info.renamed),
        chat_id: chatId,
        signal,
        onProgress: shower(context),
        ask: asker(context, asked_by, note),
        onDeclined: note,
      };
      const callOnce = async (resume?: McpResume): Promise<McpAnswer> => {
        const answer = await pool.call(target, { ...call, resume }, read_only || idempotent);
        return answer.type === "done" ? { ...answer, notes } : answer;
      };
      try {
        return await callInRounds({ asked_by, resumed, signal, call: callOnce });
      } catch (error) {
        if (error instanceof McpFault)
          return faultOutput(error, {
            server: target.server.name,
            isSafe: read_only,
            isAgain: context.isAgain === true || resumed !== undefined,
          });
        throw error;
      }
    },
  };
}

type Note = (question: string, why: string) => void;

/** Asks a person on behalf of a server that waits on an open connection. A no without an answer is told with the result. */
function asker({ ask }: ToolContext, asked_by: Asker, note: Note): McpCall["ask"] {
  let count = 0;
  let open = 0;
  return async (params, signal) => {
    count++;
    if (ask === undefined) return DECLINE;
    const isTooMuch = open >= questionsPerCallMax || count > heldQuestionsMax;
    const read: ReadQuestion = isTooMuch ? TOO_MUCH : readQuestion(params);
    if (!read.ok) {
      note(read.message, read.why);
      return DECLINE;
    }
    open++;
    const answered = await ask({ asked_by, question: read.question, signal }).finally(() => open--);
    if (answered.type === "answered") return answered.answer as ElicitResult;
    note(read.question.message, "Nobody answered in time");
    return DECLINE;
  };
}

const DECLINE: ElicitResult = { action: "decline" };
const TOO_MUCH: ReadQuestion = { ok: false, message: "", why: "It asked too much" };

/** Shows readers a line for each progress, as long as there are not too many. */
function shower({ emit }: ToolContext): (progress: Progress) => void {
  let left = progressBytesMax;
  return ({ progress, total, message }) => {
    const count = total === undefined ? `${progress}` : `${progress}/${total}`;
    const words = message === undefined ? count : `${headOf(message, progressLineCharsMax)} (${count})`;
    const line = `${words}\n`;
    left -= Buffer.byteLength(line);
    if (left >= 0) emit(line);
  };
}

const UNKNOWN = "Whether the call took effect is unknown.";

interface FailedCall {
  /** The name of the server. */
  readonly server: string;
  /** It changes nothing. */
  readonly isSafe: boolean;
  /** The server may have had the call before. */
  readonly isAgain: boolean;
}

function faultOutput({ type, message }: McpFault, { server, isSafe, isAgain }: FailedCall): ToolOutput {
  const unknown = isSafe ? "" : ` ${UNKNOWN}`;
  const unmade = isAgain ? `It could not be made again.${unknown}` : "The call was not made.";
  switch (type) {
    case "unreachable":
      return errorOutput(`The MCP server ${server} cannot be reached: ${message}. ${unmade}`);
    case "refused":
      return errorOutput(`The MCP server ${server} refused the call: ${message}`);
    case "session-lost":
      return errorOutput(`The MCP server ${server} forgets its connections: ${message}. ${unmade}`);
    case "lost":
      return errorOutput(
        `The connection to the MCP server ${server} broke during the call: ${message}.${unknown}`,
      );
    case "silent":
      return errorOutput(
        `The MCP server ${server} did not answer in time, and the call was cancelled.${unknown}`,
      );
    case "flooding":
      return errorOutput(`The MCP server ${server} was cut off: ${message}.${unknown}`);
    case "sign-in-needed":
      return errorOutput(
        `The MCP server ${server} wants a sign-in: ${message}. ${unmade}`,
        "Tell the user to sign in at this MCP server, then try again.",
      );
    case "no-workspace":
      return errorOutput(`The MCP server ${server} runs inside the workspace. ${message} ${unmade}`);
    default:
      throw new ToolError(type satisfies never);
  }
}
