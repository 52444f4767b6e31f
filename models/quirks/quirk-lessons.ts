// Decides what a refusal teaches (SPEC X10), and how quirks change a request. Pure.
import type { FailureFacts } from "../http/failure-facts.ts";
import { objectOf } from "../http/untrusted-json.ts";
import type { Dialect } from "../provider.ts";
import { PLAIN_SHAPE, type PromptShape, type Quirk } from "./quirk.ts";
import { findQuirk, QUIRKS } from "./quirk-table.ts";

/** Statuses of a request that is refused for its form. Templates of local servers fail with 500. */
const SHAPE_STATUSES: readonly number[] = [400, 404, 422, 500];

/**
 * The quirks that may explain a failure, most likely first. `status` is null for an error inside a stream that names
 * none.
 */
export function quirksForRefusal(
  facts: Pick<FailureFacts, "text" | "codes">,
  status: number | null,
): readonly string[] {
  if (status !== null && !SHAPE_STATUSES.includes(status)) return [];
  const text = facts.text.toLowerCase();
  const isAbout = ({ words, codes = [] }: Quirk) =>
    words.some((pattern) => pattern.test(text)) || codes.some((code) => facts.codes.includes(code));
  return QUIRKS.filter(isAbout).map(({ name }) => name);
}

export interface Asked {
  readonly dialect: Dialect;
  /** Null means the dialect's own service. */
  readonly base_url: string | null;
  readonly model: string;
}

/** Quirks that a server or a model is known to have before it has refused anything. */
export function quirksKnownOf({ dialect, base_url, model }: Asked): readonly string[] {
  const host = base_url === null ? "" : (URL.parse(base_url)?.hostname ?? "");
  return QUIRKS.filter(({ known, dialects }) => {
    if (known === undefined || !dialects.includes(dialect)) return false;
    return (known.host?.test(host) ?? true) && (known.model?.test(model) ?? true);
  }).map(({ name }) => name);
}

/** Those of the names that this program knows, in their order: the last lesson wins. */
function quirksOf(names: readonly string[] = []): readonly Quirk[] {
  return names.map(findQuirk).filter((quirk) => quirk !== null);
}

/** How the prompt is written with these quirks on top of `base`. */
export function shapeOf(names: readonly string[] | undefined, base: Partial<PromptShape> = {}): PromptShape {
  const learnt = quirksOf(names).map(({ change }) => (change.type === "prompt" ? change.shape : {}));
  return Object.assign({}, PLAIN_SHAPE, base, ...learnt);
}

/** How to ask for Anthropic's thinking, if a refusal taught it; null means by the model's name. */
export function thinkingWayOf(
  names: readonly string[] | undefined,
): "adaptive" | "budget" | "leave out" | null {
  const ways = quirksOf(names).flatMap(({ change }) => (change.type === "thinking" ? [change.way] : []));
  return ways.at(-1) ?? null;
}

export interface ChangedBody<T> {
  readonly body: T;
  /** Fields that were left out or changed, with the reason. */
  readonly changed: readonly { readonly setting: string; readonly why: string }[];
}

/** The request with the fields of these quirks renamed, replaced or left out. */
export function withFieldQuirks<T extends object>(
  body: T,
  names: readonly string[] | undefined,
): ChangedBody<T> {
  let changed: Record<string, unknown> = Object.fromEntries(Object.entries(body));
  const told: { setting: string; why: string }[] = [];
  for (const { change, about } of quirksOf(names)) {
    if (change.type === "rename" && changed[change.from] !== undefined) {
      const { [change.from]: value, ...rest } = changed;
      changed = { ...rest, [change.to]: value };
    }
    if (change.type === "drop" && fieldOf(changed, change.field) !== undefined) {
      changed = withField(changed, change.field, undefined);
      told.push({ setting: change.field, why: `the server ${about}` });
    }
  }
  const replacing = quirksOf(names);
  // In any order: what one quirk adds may be what another removes.
  for (const _round of replacing) {
    for (const { change, about } of replacing) {
      if (change.type !== "replace" || fieldOf(changed, change.field) !== change.value) continue;
      changed = withField(changed, change.field, change.by);
      told.push({ setting: change.field, why: `the server ${about}` });
    }
  }
  // The cast is safe: fields of the same request under other names, or fewer of them.
  return { body: changed as T, changed: told };
}

function fieldOf(body: Readonly<Record<string, unknown>>, path: string): unknown {
  const [first = "", second] = path.split(".");
  return second === undefined ? body[first] : objectOf(body[first])?.[second];
}

/** If the last field of an object goes, the object goes, too. */
function withField(
  body: Readonly<Record<string, unknown>>,
  path: string,
  value: string | undefined,
): Record<string, unknown> {
  const [first = "", second] = path.split(".");
  const { [first]: outer, ...rest } = body;
  if (second === undefined) return value === undefined ? rest : { ...rest, [first]: value };
  const { [second]: _old, ...inner } = objectOf(outer) ?? {};
  const next = value === undefined ? inner : { ...inner, [second]: value };
  return Object.keys(next).length === 0 ? rest : { ...rest, [first]: next };
}
