// What each call takes and answers, as types that follow from the OpenAPI document.
import type { paths } from "../openapi.ts";

export type Method = "get" | "post" | "put" | "patch" | "delete";

/** The paths that have this method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { readonly [K in M]: object } ? P : never;
}[keyof paths];

type OperationOf<M extends Method, P extends PathOf<M>> = paths[P] extends { readonly [K in M]: infer O }
  ? O
  : never;

/** A field that may be left out may also be undefined: then it is not sent. */
type Lenient<T> = T extends readonly unknown[] | string | number | boolean | null
  ? T
  : { [K in keyof T]: object extends Pick<T, K> ? T[K] | undefined : T[K] };

/** What is in a path's braces. */
type PathPart<O> = O extends { readonly parameters: { readonly path: infer T } }
  ? { readonly path: T }
  : { readonly path?: never };

type QueryPart<O> = O extends { readonly parameters: { readonly query: infer T } }
  ? { readonly query: Lenient<T> }
  : O extends { readonly parameters: { readonly query?: infer T } }
    ? { readonly query?: Lenient<T> | undefined }
    : { readonly query?: never };

type JsonBody<T> = T extends { readonly content: { readonly "application/json": infer B } }
  ? Lenient<B>
  : unknown;

type BodyPart<O> = O extends { readonly requestBody: infer T }
  ? { readonly body: JsonBody<T> }
  : O extends { readonly requestBody?: infer T }
    ? { readonly body?: JsonBody<NonNullable<T>> | undefined }
    : { readonly body?: never };

/** Settings of one call. */
export interface CallOptions {
  /** Ends the call, and the waits between its tries. */
  readonly signal?: AbortSignal | undefined;
  /** Of calls that take one. Absent: the client makes one, and keeps it for all tries of this call. */
  readonly idempotencyKey?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How often the call is tried again. Absent: as the client was told. */
  readonly retriesMax?: number | undefined;
}

export type CallInput<M extends Method, P extends PathOf<M>> = CallOptions &
  PathPart<OperationOf<M, P>> &
  QueryPart<OperationOf<M, P>> &
  BodyPart<OperationOf<M, P>>;

/** Null where nothing has to be said. */
export type CallArguments<M extends Method, P extends PathOf<M>> =
  object extends CallInput<M, P> ? [input?: CallInput<M, P>] : [input: CallInput<M, P>];

/** The JSON body of a call. */
export type BodyOf<M extends Method, P extends PathOf<M>> = NonNullable<
  BodyPart<OperationOf<M, P>> extends { readonly body?: infer B } ? B : never
>;

export type QueryOf<M extends Method, P extends PathOf<M>> = NonNullable<
  QueryPart<OperationOf<M, P>> extends { readonly query?: infer Q } ? Q : never
>;

type Succeeded<R> = R extends { readonly 200: infer A }
  ? A
  : R extends { readonly 201: infer A }
    ? A
    : R extends { readonly 204: infer A }
      ? A
      : never;

/** The JSON that a call answers; undefined where it answers with nothing. */
export type AnswerOf<M extends Method, P extends PathOf<M>> =
  OperationOf<M, P> extends { readonly responses: infer R }
    ? Succeeded<R> extends { readonly content: { readonly "application/json": infer A } }
      ? A
      : undefined
    : never;
