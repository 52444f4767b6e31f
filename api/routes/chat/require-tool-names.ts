// Names of tools that only the workers know: those of the deployment's own tools (SPEC C11, D1).
import { Refusal } from "../../../core/chat/refusal.ts";
import { isBuiltInTool } from "../../../core/tool/built-in-tools.ts";
import type { ApiDeps } from "../../deps.ts";

interface NamedTools {
  /** The tools that a chat may call. */
  readonly tools?: readonly string[] | null | undefined;
  /** By the field of the body that has them. */
  readonly client: Readonly<Record<string, readonly { readonly name: string }[] | undefined>>;
}

/**
 * A client's tool may not have the name of one of the deployment's own, and a chat may name only what is there. Asks the
 * database only where it matters. Throws `Refusal` `invalid_request`.
 */
export async function requireToolNames(
  { ownToolNames }: Pick<ApiDeps, "ownToolNames">,
  { tools, client }: NamedTools,
): Promise<void> {
  const unknown = (tools ?? []).some((name) => !isBuiltInTool(name));
  const isClient = Object.values(client).some((some) => some !== undefined && some.length > 0);
  if (!unknown && !isClient) return;
  const own = await ownToolNames();
  const errors = [
    ...Object.entries(client).flatMap(([field, some]) =>
      (some ?? []).flatMap(({ name }, at) =>
        own.has(name)
          ? [{ path: `${field}[${at}].name`, message: "is the name of one of the deployment's own tools" }]
          : [],
      ),
    ),
    ...(tools ?? []).flatMap((name, at) =>
      isBuiltInTool(name) || own.has(name)
        ? []
        : [{ path: `tools[${at}]`, message: "is no tool of this deployment" }],
    ),
  ];
  if (errors.length > 0) throw new Refusal("invalid_request", undefined, errors);
}
