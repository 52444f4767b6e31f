// What each Claude model accepts, as data. A single setting that the model does not know makes it refuse the whole
// request. Pure.

/** How to turn thinking off: with `disabled`, with `between_tools` (only notes between calls), or not at all. */
type ThinkingOff = "disabled" | "between_tools" | "never";

export interface ClaudeTraits {
  /** `budget`: the request names a number of tokens; `adaptive`: an effort; `none`: the model does not think. */
  readonly thinking: "none" | "budget" | "adaptive";
  /** Thinks if the request does not mention it. */
  readonly thinks_unasked: boolean;
  readonly thinking_off: ThinkingOff;
  /** Words of the scale that it knows. */
  readonly efforts: readonly string[];
  readonly sampling: "both" | "one" | "none";
  /** Can continue a started answer. */
  readonly takes_prefill: boolean;
  /** Most tokens that it writes in one answer, if a config could exceed them; null if unknown or irrelevant. */
  readonly output_tokens_max: number | null;
}

interface Generation {
  /** `any`: a family that is not named here. */
  readonly family: "opus" | "sonnet" | "haiku" | "fable" | "mythos" | "any";
  /** The first version with these traits. They hold until the next row of its family. */
  readonly since: string;
  readonly traits: Partial<ClaudeTraits>;
}

const LOW_TO_HIGH = ["low", "medium", "high"];
const WITH_MAX = [...LOW_TO_HIGH, "max"];
const ALL_EFFORTS = [...LOW_TO_HIGH, "xhigh", "max"];

/** Claude before it could think. */
const EARLIEST: ClaudeTraits = {
  thinking: "none",
  thinks_unasked: false,
  thinking_off: "disabled",
  efforts: ALL_EFFORTS,
  sampling: "both",
  takes_prefill: true,
  output_tokens_max: null,
};

const BUDGET = { thinking: "budget" } as const;
const BUDGET_ONE_SAMPLER = { ...BUDGET, sampling: "one" } as const;
const ADAPTIVE = { thinking: "adaptive", sampling: "one", takes_prefill: false, efforts: WITH_MAX } as const;
const UNSAMPLED = { ...ADAPTIVE, sampling: "none", efforts: ALL_EFFORTS } as const;
const THINKS_UNASKED = { ...UNSAMPLED, thinks_unasked: true } as const;
const ALWAYS_THINKS = { ...THINKS_UNASKED, thinking_off: "never" } as const;

/**
 * Checked on 2026-11-28 against the models of the installed SDK and
 * https://platform.claude.com/docs/en/about-claude/models/overview,
 * https://platform.claude.com/docs/en/build-with-claude/effort (xhigh since Opus 4.7, max since 4.6),
 * https://platform.claude.com/docs/en/models/fable-5/migration-guide (Fable and Mythos always think),
 * https://platform.claude.com/docs/en/models/opus-5-5/migration-guide (Opus 5.5 always thinks),
 * https://platform.claude.com/docs/en/models/sonnet-5-5/migration-guide (`between_tools` in the place of `disabled`),
 * https://platform.claude.com/docs/en/models/haiku-5-5/overview (thinks unasked, may be disabled),
 * https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-6 (no prefill).
 */
const GENERATIONS: readonly Generation[] = [
  { family: "opus", since: "3", traits: { output_tokens_max: 4_096 } },
  // Its 32,000 is also the default, but a config may ask for more.
  { family: "opus", since: "4", traits: { ...BUDGET, output_tokens_max: 32_000 } },
  { family: "opus", since: "4.1", traits: { ...BUDGET_ONE_SAMPLER, output_tokens_max: 32_000 } },
  { family: "opus", since: "4.5", traits: BUDGET_ONE_SAMPLER },
  { family: "opus", since: "4.6", traits: ADAPTIVE },
  { family: "opus", since: "4.7", traits: UNSAMPLED },
  { family: "opus", since: "5", traits: THINKS_UNASKED },
  { family: "opus", since: "5.5", traits: ALWAYS_THINKS },
  { family: "sonnet", since: "3", traits: { output_tokens_max: 4_096 } },
  { family: "sonnet", since: "3.5", traits: { output_tokens_max: 8_192 } },
  { family: "sonnet", since: "3.7", traits: BUDGET },
  { family: "sonnet", since: "4.5", traits: BUDGET_ONE_SAMPLER },
  { family: "sonnet", since: "4.6", traits: ADAPTIVE },
  { family: "sonnet", since: "5", traits: THINKS_UNASKED },
  { family: "sonnet", since: "5.5", traits: { ...THINKS_UNASKED, thinking_off: "between_tools" } },
  { family: "haiku", since: "3", traits: { output_tokens_max: 4_096 } },
  { family: "haiku", since: "3.5", traits: { output_tokens_max: 8_192 } },
  { family: "haiku", since: "4.5", traits: BUDGET_ONE_SAMPLER },
  { family: "haiku", since: "5.5", traits: THINKS_UNASKED },
  { family: "fable", since: "5", traits: ALWAYS_THINKS },
  // The preview has no number, and comes before the first of its family.
  { family: "mythos", since: "0", traits: { ...ALWAYS_THINKS, efforts: WITH_MAX } },
  { family: "mythos", since: "5", traits: ALWAYS_THINKS },
  { family: "any", since: "0", traits: ALWAYS_THINKS },
];

/** A model that imitates the API under its own name accepts everything. */
const NOT_CLAUDE: ClaudeTraits = { ...EARLIEST, thinking: "adaptive" };

/** Models as Amazon, Google and gateways name them: `anthropic.claude-…-v1:0`, `claude-…@20250929`, `anthropic/claude-…`. */
const CLAUDE = /(?:^|[./])claude-(.+)$/;
/** `opus-4-5`, `sonnet-4.5`, `fable-5`, or as before Claude 4: `3-5-sonnet`. A date after it is not a version. */
const NEW_NAME = /^([a-z]+)(?:-(\d{1,2})(?:[-.](\d{1,2}))?)?(?![\d.])/;
const OLD_NAME = /^(\d)(?:[-.](\d))?-([a-z]+)/;

/** A model that is newer than those known here behaves like the newest of its family. */
export function claudeTraits(model: string): ClaudeTraits {
  const name = CLAUDE.exec(model.toLowerCase())?.[1];
  if (name === undefined) return NOT_CLAUDE;
  const { family, version } = familyOf(name);
  const known = GENERATIONS.some((each) => each.family === family) ? family : "any";
  const generation = GENERATIONS.filter((each) => each.family === known).findLast(
    ({ since }) => numbered(since) <= version,
  );
  return { ...EARLIEST, ...generation?.traits };
}

export function claudeOutputTokensMax(model: string): number | null {
  return claudeTraits(model).output_tokens_max;
}

function familyOf(name: string): { readonly family: string; readonly version: number } {
  const old = OLD_NAME.exec(name);
  if (old !== null) return { family: old[3] ?? "", version: numbered(`${old[1]}.${old[2] ?? 0}`) };
  const [, family = "", major, minor = "0"] = NEW_NAME.exec(name) ?? [];
  // `claude-opus-latest` is whatever is newest; a preview is what came before the first.
  const unnumbered = name.startsWith(`${family}-preview`) ? 0 : Number.POSITIVE_INFINITY;
  return { family, version: major === undefined ? unnumbered : numbered(`${major}.${minor}`) };
}

/** 4.10 is later than 4.9. */
function numbered(version: string): number {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major * 100 + minor;
}
