// Models room: a call that a server refuses for its shape is made once more with what the refusal taught (SPEC X10): within
// the same step, without a wait, and without counting as a failed try.

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
import { quirkNamed } from "./quirk-table.ts";

/** A server that refuses for a new reason each time is not learnt by heart. */
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
 * Streams an answer, asking anew while the server refuses and its refusals teach something. A quirk that
 * changes nothing of the request teaches nothing: the refusal is then an ordinary error. Lessons are told once the
 * server has taken the request that came of them.
 */
export async function* askLearning<Body>(
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
  /** Every request of this call that was refused. */
  readonly refused: ReadonlySet<string>;
}

interface NextAsk<Body> {
  readonly lesson: Lesson;
  readonly asked: ModelRequest;
  readonly built: BuiltRequest<Body>;
}

function nextAsk<Body>({ asker, asked, refused }: Refused<Body>, error: unknown): NextAsk<Body> | null {
  if (!(error instanceof ModelError)) return null;
  const { teaches = [], replay_full_history, detail } = error.fault;
  const candidates = teaches.flatMap((name): Omit<NextAsk<Body>, "built">[] => {
    if (quirkNamed(name)?.dialects.includes(asker.dialect) !== true) return [];
    // One that is on already may have been undone by a later one: what was learnt last wins, so it goes to the end.
    const others = (asked.quirks ?? []).filter((one) => one !== name);
    return [
      {
        lesson: { type: "quirk", name, words: detail },
        asked: { ...asked, quirks: [...others, name] },
      },
    ];
  });
  // What goes back without signatures and seals goes back with less: after all else.
  if (replay_full_history === true)
    candidates.push({ lesson: { type: "unsealed" }, asked: { ...asked, replay_full_history: true } });
  for (const candidate of candidates) {
    const built = asker.build(candidate.asked);
    if (!refused.has(JSON.stringify(built.body))) return { ...candidate, built };
  }
  return null;
}
