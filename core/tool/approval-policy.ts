// Which tool calls run at once, which wait for a person, and which are refused (SPEC D4).

export const VERDICTS = ["auto", "ask", "deny"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** By the name of a tool, or a pattern in which `*` stands for any characters, such as `github__*`. */
export type ApprovalPolicy = Readonly<Record<string, Verdict>>;

/**
 * The verdict of the first policy that says anything about the tool; null if none does.
 * @param policies the nearest first: the chat's, the user's, the deployment's
 */
export function verdictOf(toolName: string, policies: readonly ApprovalPolicy[]): Verdict | null {
  for (const policy of policies) {
    const verdict = verdictIn(policy, toolName);
    if (verdict !== null) return verdict;
  }
  return null;
}

/** The name itself comes before patterns, and the longest pattern before others. Of equals, the strictest. */
function verdictIn(policy: ApprovalPolicy, toolName: string): Verdict | null {
  const own = Object.hasOwn(policy, toolName) ? policy[toolName] : undefined;
  if (own !== undefined) return own;
  const [best] = Object.entries(policy)
    .filter(([pattern]) => isToolMatch(pattern, toolName))
    .sort(
      ([a, verdictA], [b, verdictB]) =>
        literalsOf(b) - literalsOf(a) || strictness(verdictB) - strictness(verdictA),
    );
  return best?.[1] ?? null;
}

function literalsOf(pattern: string): number {
  return pattern.replaceAll("*", "").length;
}

function strictness(verdict: Verdict): number {
  return VERDICTS.indexOf(verdict);
}

/** Whether a pattern, in which `*` stands for any characters, fits a name. Without a regular expression: it comes from outside. */
export function isToolMatch(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return pattern === name;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}
