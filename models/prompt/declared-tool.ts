// Finds the tool of the request that a called name means (SPEC L17). Models and chat templates decorate names.

/** Prefixes from prompts of OpenAI, Google and others. */
const NAMESPACE = /^(?:functions?|tools?|default_api|api)[.:/]/i;
/** A special token that was not cut off ("<|channel|>commentary"), or the number of a call (Kimi's "name:0"). */
const TRAILER = /(?:<.*|:\d+)$/s;
/** Quotes and call signs around the whole. */
const WRAPPING = /^[\s"'`]+|(?:\(\))?[\s"'`]*$/g;

/** The declared name if the decorated one means it, else the name as it is. */
export function declaredTool(name: string, tools: readonly string[]): string {
  if (tools.includes(name)) return name;
  const bare = name.replace(TRAILER, "").replaceAll(WRAPPING, "").replace(NAMESPACE, "");
  return tools.includes(bare) ? bare : name;
}
