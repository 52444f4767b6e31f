// Failures as the SDKs and the transport throw them, for the table of the error classifier.
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import type { ErrorKind } from "../../core/error-kind.ts";
import { StreamFailure } from "../answer-reader.ts";

/** What a proxy says in place of a provider. */
export const PAGE = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>";

/** Name, error, then what it means. */
export type FailureRow = readonly [name: string, error: unknown, kind: ErrorKind, retryable: boolean, status?: number | null];

/** As the SDK makes it of a response with a JSON body. */
export function openai(status: number, error: object | undefined, headers: Record<string, string> = {}): Error {
  return OpenAI.APIError.generate(status, error && { error }, undefined, new Headers(headers));
}

/** As the SDK makes it of a response whose body is no JSON. */
export function openaiText(status: number, text: string): Error {
  return OpenAI.APIError.generate(status, undefined, text, new Headers());
}

/** As the SDK makes it of Anthropic's error. */
export function anthropic(status: number, type: string, message: string): Error {
  return anthropicError(status, { type, message });
}

/** The same with details or headers. */
export function anthropicError(status: number, error: object, headers: Record<string, string> = {}): Error {
  return Anthropic.APIError.generate(status, { type: "error", error }, undefined, new Headers(headers));
}

export const inStream = (body: unknown): Error => new StreamFailure(body);

/** As undici fails: a bare TypeError with the reason as its cause; the SDKs wrap it once more. */
export function transport(code: string, message = code): Error {
  const cause = Object.assign(new Error(message), { code });
  return new OpenAI.APIConnectionError({
    message: "Connection error.",
    cause: new TypeError("fetch failed", { cause }),
  });
}

export const midStream = (message: string, code?: string): Error =>
  new TypeError(message, code === undefined ? {} : { cause: Object.assign(new Error("socket"), { code }) });

/** With the finer code that Anthropic puts into the details. */
export function anthropicDetails(status: number, type: string, code: string): Error {
  return anthropicError(status, { type, message: "x", details: { error_code: code } });
}

export function openaiDetail(status: number, detail: unknown): Error {
  return OpenAI.APIError.generate(status, { error: { detail } }, undefined, new Headers());
}
