// The description of a call, from which both Express and the OpenAPI document are made.
import type { NextFunction, Request, Response } from "express";
import type { z } from "zod";
import type { RouteAccess } from "../../core/access/access.ts";
import type { RefusalCode } from "../../core/chat/refusal.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Caller } from "./access/caller.ts";
import type { FieldPath } from "./check-input.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** What a successful answer looks like, for the document and for tests that compare answers with it. */
export interface ResponseSpec {
  readonly description: string;
  readonly content_type?: string;
  /** Absent: no body, or one that is not JSON. */
  readonly schema?: z.ZodType;
  /** Beside the JSON of `schema`: raw bytes, where that is what was asked for. */
  readonly or_bytes?: true;
}

/** What a handler answers. `body` is sent as JSON, `text` as it is under `content_type`. */
export type Answer =
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly status: number; readonly text: string; readonly content_type: string };

/** The handler has taken over the response and answers by itself (streams). */
export const TAKEN_OVER = "taken over";

export interface RawExchange {
  readonly request: Request;
  readonly response: Response;
  readonly next: NextFunction;
  /** What the call wants of its caller; null: anybody may make it. */
  readonly access: RouteAccess | null;
}

export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** How many messages of a conversation were skipped before those in the body. */
  readonly messages_before: number;
  /** Throws `Refusal` `unauthenticated` on public routes. */
  readonly caller: Caller;
  readonly idempotencyKey: string | null;
  /** Carries request and chat ids. */
  readonly logger: Logger;
  readonly raw: RawExchange;
}

type Handler<Params, Query, Body> = (
  input: Input<Params, Query, Body>,
) => Promise<Answer | typeof TAKEN_OVER>;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** Who may make a call: what it changes is derived from its method unless it is told. */
export interface AccessSettings extends Omit<RouteAccess, "changes"> {
  readonly changes?: boolean;
}

interface RouteSettings<P, Q, B> {
  readonly method: Method;
  /** With parameters in braces: `/v1/chats/{chat}`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  /** `public`: no proof of who calls is needed. */
  readonly access: "public" | AccessSettings;
  /** Honours Idempotency-Key: it changes a chat or a workspace. */
  readonly changes?: true;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** A body that works as it is: the docs page begins with it, and a test sends it. Absent: `{}`. */
  readonly example?: Readonly<Record<string, unknown>>;
  /** Absent: 256 KiB. */
  readonly body_bytes_max?: number;
  /** The body is no JSON: the handler reads its bytes itself, of one of these types. */
  readonly raw_body?: readonly string[];
  /** The body contains a whole conversation, and only the last of its `messages` are taken. */
  readonly body_has_conversation?: true;
  /** Fields of the body that are stored as JSON: they may contain U+0000 and lone surrogates, which Postgres's text cannot. */
  readonly any_text?: readonly FieldPath[];
  /** By status code. */
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** Refusals of this call, besides those of every call. */
  readonly refusals?: readonly RefusalCode[];
}

/** A route with its types erased, as the mounting and the document see it. */
export interface Route extends RouteSettings<z.ZodObject, z.ZodObject, z.ZodType> {
  readonly handler: Handler<unknown, unknown, unknown>;
}

interface RouteDefinition<P, Q, B> extends RouteSettings<P, Q, B> {
  readonly handler: Handler<Parsed<P>, Parsed<Q>, Parsed<B>>;
}

/** Describes a call. Its schemas validate what the handler gets. */
export function route<
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(definition: RouteDefinition<P, Q, B>): Route {
  return definition as unknown as Route;
}

/** What a call wants of its caller; null: anybody may make it. */
export function accessOf({ access, method }: Pick<Route, "access" | "method">): RouteAccess | null {
  return access === "public" ? null : { changes: method !== "get", ...access };
}

/** `/v1/chats/{chat}` as Express writes it: `/v1/chats/:chat`. */
export function expressPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}
