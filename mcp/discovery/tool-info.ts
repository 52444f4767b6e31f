// What a server says about its tools, checked and bounded: outside input that ends up in a model's request (SPEC C4). Pure.
import type { Tool } from "@modelcontextprotocol/client";
import type { JsonObject } from "../../core/part/part.ts";
import { headOf } from "../../core/text/truncate.ts";
import { toolDescriptionCharsMax, toolsPerServerMax } from "../limits.ts";
import type { McpServer } from "../server.ts";
import { toolParameters } from "./tool-parameters.ts";

export interface McpToolInfo {
  /** As the server calls it. */
  readonly name: string;
  readonly description: string;
  /** JSON schema of an object. */
  readonly parameters: JsonObject;
  /** By its annotations, which are the server's word alone. */
  readonly read_only: boolean;
  readonly idempotent: boolean;
  readonly destructive: boolean;
}

const nameCharsMax = 256;

/** The tools that the lists of the server let through. One whose schema no provider would take is left out. */
export function toolInfos(
  { allow, deny }: Pick<McpServer, "allow" | "deny">,
  tools: readonly Tool[],
): readonly McpToolInfo[] {
  const seen = new Set<string>();
  const wanted = tools.filter(({ name }) => {
    const isNew = name !== "" && name.length <= nameCharsMax && !seen.has(name);
    seen.add(name);
    return isNew && (allow === null || allow.includes(name)) && !deny.includes(name);
  });
  return wanted.flatMap(toInfo).slice(0, toolsPerServerMax);
}

function toInfo({ name, description, title, inputSchema, annotations = {} }: Tool): McpToolInfo[] {
  const parameters = toolParameters(inputSchema);
  if (parameters === null) return [];
  const read_only = annotations.readOnlyHint === true;
  return [
    {
      name,
      description: headOf(description ?? annotations.title ?? title ?? "", toolDescriptionCharsMax),
      parameters,
      read_only,
      idempotent: annotations.idempotentHint === true,
      // Only a clear word: the protocol's own default would make every tool of a server without annotations one.
      destructive: !read_only && annotations.destructiveHint === true,
    },
  ];
}
