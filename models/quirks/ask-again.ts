// Makes a call once more if the server refused the form of the request, changed by what the refusal taught (SPEC X10):
// within the same step, without a wait, and without counting as a failed try.

import {
  type Dialect,
  type Lesson,
  ModelError,
  type ModelEvent,
  type ModelRequest,
  type StreamOptions,
  type UnsupportedSetting,
} from "../provider.ts";
import { quirksKnownOf } from "./quirk-lessons.ts";
import { findQuirk } from "./quirk-table.ts";

/** A server that refuses for a new reason each time cannot be learnt. */
const lessonsPerCallMax = 6;

export interface BuiltRequest<Body> {
  readonly body: Body;
  readonly unsupported: readonly UnsupportedSetting[];
}

export interface Asker<Body> {
  readonly dialect: Dialect;
  readonly base_url: string | null;
  /** The request as it is sent, with the quirks of `request`. */
  build(request: ModelRequest): BuiltRequest<Body>;
  stream(body: Body, request: ModelRequest): AsyncIterable<ModelEvent>;
}

/**
 * Streams an answer, and asks again while the server refuses and its refusals teach something. A quirk that changes
 * nothing in the request teaches nothing: then the refusal is an ordinary error. Lessons are reported once the server
 * has accepted the changed request.
 */
export async function* streamLearningQuirks<Body>(
  asker: Asker<Body>,
  request: ModelRequest,
  { onUnsupported, onLesson }: StreamOptions,
): AsyncGenerator<ModelEvent> {
  const { dialect, base_url } = asker;
  const known = quirksKnownOf({ dialect, base_url, model: request.model });
  let asked: ModelRequest = { ...request, quirks: [...new Set([...known, ...(request.quirks ?? [])])] };
  let built = asker.build(asked);
  const refused = new Set<string>();
  const lessons: Lesson[] = [];
  while (true) {
    if (built.unsupported.length > 0) onUnsupported?.(built.unsupported);
    let isTaken = false;
    let isShown = false;
    try {
      for await (const event of asker.stream(built.body, asked)) {
        if (!isTaken) for (const lesson of lessons) onLesson?.(lesson);
        isTaken = true;
        isShown ||= event.type === "part";
        yield event;
      }
      return;
    } catch (error) {
      if (isShown || lessons.length >= lessonsPerCallMax) throw error;
      refused.add(JSON.stringify(built.body));
      const next = nextAsk({ asker, asked, refused }, error);
      if (next === null) throw error;
      lessons.push(next.lesson);
      ({ asked, built } = next);
    }
  }
}

interface Refused<Body> {
  readonly asker: Asker<Body>;
  readonly asked: ModelRequest;
  /** Every refused request of this call. */
  readonly refused: ReadonlySet<string>;
}

interface NextAsk<Body> {
  readonly lesson: Lesson;
  readonly asked: ModelRequest;
  readonly built: BuiltRequest<Body>;
}

function nextAsk<Body>({ asker, asked, refused }: Refused<Body>, error: unknown): NextAsk<Body> | null {
  if (!(error instanceof ModelError)) return null;
  const { teaches = [], replay_full_history, detail, kind } = error.fault;
  const candidates = teaches.flatMap((name): Omit<NextAsk<Body>, "built">[] => {
    if (findQuirk(name)?.dialects.includes(asker.dialect) !== true) return [];
    // A quirk that is already applied may have been undone by a later one. The last lesson wins, so it goes to the end.
    const others = (asked.quirks ?? []).filter((one) => one !== name);
    return [
      {
        lesson: { type: "quirk", name, words: detail },
        asked: { ...asked, quirks: [...others, name] },
      },
    ];
  });
  // Only this schema is refused, which says nothing of the server: told first, and not remembered.
  const inWords = outputInWords(asked);
  if (inWords !== null && SCHEMA_REFUSED.test(detail ?? "")) candidates.unshift(inWords);
  // A history without signatures and seals contains less, so this is tried after everything else.
  if (replay_full_history === true)
    candidates.push({ lesson: { type: "unsealed" }, asked: { ...asked, replay_full_history: true } });
  // Servers have many words for a schema that they do not take.
  if (inWords !== null && kind === "config") candidates.push(inWords);
  for (const candidate of candidates) {
    const built = asker.build(candidate.asked);
    if (!refused.has(JSON.stringify(built.body))) return { ...candidate, built };
  }
  return null;
}

/** Words about a schema, and not about the field that has it. */
const SCHEMA_REFUSED =
  /invalid (json )?schema|invalid_json_schema|in context=|unsupported (json )?schema|schema.{0,80}(keyword|too (complex|large|deep|many))|format\.schema/i;

/** Null: there is no schema in the request. */
function outputInWords(asked: ModelRequest): Omit<NextAsk<never>, "built"> | null {
  const { output } = asked;
  if (output === undefined || output.in_words === true) return null;
  return { lesson: { type: "output-in-words" }, asked: { ...asked, output: { ...output, in_words: true } } };
}
