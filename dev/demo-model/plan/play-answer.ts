// Plays one planned answer to one caller in exact time: part n is due at start + n × interval, and late parts share a write.
import type { ServerResponse } from "node:http";
import type { AnswerRecord } from "../answer-record.ts";
import type { Encoder } from "../encoders/encoder.ts";
import { errorBody } from "../encoders/wire-error.ts";
import { CallerLine } from "../request/caller-line.ts";
import type { ModelCall } from "../request/model-call.ts";
import type { LoggedCall } from "../request-log.ts";
import { sendJson } from "../send-json.ts";
import type { AnswerEvent, PlayStep } from "./answer-event.ts";
import type { Gates } from "./gates.ts";
import type { ScriptStep } from "./script-step.ts";

/** A write gathers no more than this when parts come faster than the clock ticks. */
const writeCharsMax = 16 * 1024;
const secondMs = 1000;

export interface Play {
  readonly res: ServerResponse;
  readonly call: ModelCall;
  readonly step: ScriptStep;
  readonly plan: Iterable<PlayStep>;
  readonly encoder: Encoder;
  readonly record: AnswerRecord;
  readonly logged: LoggedCall;
  readonly gates: Gates;
  readonly headers: Readonly<Record<string, string>>;
  /** Called just before the terminal events of an answer that ends well. */
  readonly onFinish: () => void;
}

/** Plays until the answer ends, is broken off by its script, or the caller hangs up. */
export async function playAnswer(play: Play): Promise<void> {
  await new Player(play).play();
}

class Player {
  readonly #p: Play;
  readonly #line: CallerLine;
  readonly #intervalMs: number;
  #due: number;
  #pending = "";
  #pendingParts = 0;

  constructor(p: Play) {
    this.#p = p;
    this.#line = new CallerLine(p.res, p.logged);
    const { rate, delay_ms, first_delay_ms } = p.step;
    this.#intervalMs = rate === undefined ? (delay_ms ?? 0) : secondMs / rate;
    this.#due = now() + (first_delay_ms ?? 0);
  }

  async play(): Promise<void> {
    const { plan, call, encoder, logged, res, headers } = this.#p;
    if (call.stream) {
      res.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
      logged.change({ http_status: 200 });
      await this.#write(encoder.begin());
      // The opening is a write of its own: headers and first events are there before the first part.
      await this.#flush();
    }
    for (const step of plan) {
      if (this.#line.closed) return;
      await this.#perform(step);
    }
  }

  async #perform(step: PlayStep): Promise<void> {
    switch (step.type) {
      case "pause":
        return this.#pause();
      case "event":
        return this.#event(step.event);
      case "hold":
        return this.#hold(step.gate);
      default:
        await this.#flush();
        if (!this.#line.closed) this.#end(step);
    }
  }

  async #pause(): Promise<void> {
    const wait = this.#due - now();
    this.#due += this.#intervalMs;
    // Timers tick in milliseconds; what is due within the next half is due.
    if (wait < 0.5) return;
    await this.#flush();
    await this.#line.sleep(Math.round(wait));
  }

  async #event(event: AnswerEvent): Promise<void> {
    const { record, encoder } = this.#p;
    const text = encoder.event(event, record.add(event));
    if (event.type !== "call-start" && event.type !== "call-end") this.#pendingParts++;
    await this.#write(text);
  }

  async #hold(gate: string): Promise<void> {
    await this.#flush();
    if (this.#p.gates.isOpen(gate) || this.#line.closed) return;
    this.#p.logged.change({ status: "held" });
    await this.#line.hold(this.#p.gates, gate);
    if (this.#line.closed) return;
    this.#p.logged.change({ status: "streaming" });
    // The clock stood still meanwhile: what was held is not late.
    this.#due = now();
  }

  async #write(text: string): Promise<void> {
    if (this.#p.call.stream) this.#pending += text;
    if (this.#pending.length < writeCharsMax) return;
    await this.#flush();
    await this.#line.breathe();
  }

  async #flush(): Promise<void> {
    const [text, parts] = [this.#pending, this.#pendingParts];
    this.#pending = "";
    this.#pendingParts = 0;
    const { logged } = this.#p;
    const written = this.#line.write(text);
    if (parts > 0) logged.change({ chunks_sent: logged.entry.chunks_sent + parts });
    await written;
  }

  #end(step: Exclude<PlayStep, { type: "pause" | "event" | "hold" }>): void {
    const { res, call, encoder, logged } = this.#p;
    switch (step.type) {
      case "cut":
        logged.end("cut");
        res.destroy();
        return;
      case "end-early":
        logged.end("ended_early");
        // A body that is not streamed has no end before its end.
        if (call.stream) res.end();
        else res.destroy();
        return;
      case "stream-error":
        logged.end("stream_error");
        if (call.stream) res.end(encoder.streamError(step.error));
        else sendJson(res, { status: 500, body: errorBody(call.dialect, { status: 500, ...step.error }) });
        return;
      case "finish":
        this.#finish(step.reason);
    }
  }

  #finish(reason: Extract<PlayStep, { type: "finish" }>["reason"]): void {
    const { res, call, encoder, logged, record, step, headers } = this.#p;
    this.#p.onFinish();
    const usage = step.no_usage ? null : record.usage(call.inputTokens, step);
    logged.change({ http_status: 200 });
    logged.end("finished");
    if (call.stream) res.end(encoder.finish({ reason, usage }));
    else sendJson(res, { status: 200, body: encoder.body({ reason, usage }), headers });
  }
}

function now(): number {
  return performance.now();
}
