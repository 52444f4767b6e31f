// What a server says about its tools, checked and bounded: outside input that ends up in a model's request (SPEC C4).
import { setImmediate as breathe } from "node:timers/promises";
import type { Tool } from "@modelcontextprotocol/client";
import type { JsonObject } from "../../core/part/part.ts";
import { headOf } from "../../core/text/truncate.ts";
import { toolDescriptionCharsMax, toolsAtOnce, toolsPerServerMax } from "../limits.ts";
import type { McpServer } from "../server.ts";
import { toolParameters } from "./tool-parameters.ts";

export interface McpToolInfo {
  /** As the server calls it. */
  readonly name: string;
  readonly description: string;
  /** JSON schema of an object. */
  readonly parameters: JsonObject;
  /** As the server calls arguments that models call otherwise. */
  readonly renamed: ReadonlyMap<string, string>;
  /** By its annotations, which are the server's word alone. */
  readonly read_only: boolean;
  readonly idempotent: boolean;
  readonly destructive: boolean;
}

const nameCharsMax = 256;

/** The tools that the lists of the server let through. One whose schema no provider would take is left out. */
export async function toolInfos(
  { allow, deny }: Pick<McpServer, "allow" | "deny">,
  tools: readonly Tool[],
): Promise<readonly McpToolInfo[]> {
  const seen = new Set<string>();
  const wanted = tools.filter(({ name }) => {
    const isNew = name !== "" && name.length <= nameCharsMax && !seen.has(name);
    seen.add(name);
    return isNew && (allow === null || allow.includes(name)) && !deny.includes(name);
  });
  const infos: McpToolInfo[] = [];
  for (let from = 0; from < wanted.length && infos.length < toolsPerServerMax; from += toolsAtOnce) {
    infos.push(...wanted.slice(from, from + toolsAtOnce).flatMap(toInfo));
    await breathe();
  }
  return infos.slice(0, toolsPerServerMax);
}

function toInfo({ name, description, title, inputSchema, annotations = {} }: Tool): McpToolInfo[] {
  const parameters = toolParameters(inputSchema);
  if (parameters === null) return [];
  const read_only = annotations.readOnlyHint === true;
  return [
    {
      name,
      description: headOf(
        description ?? annotations.title ?? title ?? "",
        toolDescriptionCharsMax,
      ).toWellFormed(),
      parameters: parameters.schema,
      renamed: parameters.renamed,
      read_only,
      idempotent: annotations.idempotentHint === true,
      // Only a clear word: the protocol's own default would make every tool of a server without annotations one.
      destructive: !read_only && annotations.destructiveHint === true,
    },
  ];
}
