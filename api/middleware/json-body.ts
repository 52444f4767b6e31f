// The API speaks HTTP and the store; this file: bodies are JSON of bounded size, or refused (SPEC A3).
import express, { type Request, type RequestHandler } from "express";
import { conversationBytesMax, requestBodyBytesMax } from "../../core/limits.ts";
import { Refusal } from "../../core/refusal.ts";

const JSON_TYPES = ["application/json", "application/*+json"];

function hasBody(request: Request): boolean {
  if (request.headers["transfer-encoding"] !== undefined) return true;
  const length = request.headers["content-length"];
  return length !== undefined && length !== "0";
}

/** Parses the body into `request.body`, which stays undefined when there is none. */
function parseUpTo(bytesMax: number): RequestHandler {
  const parse = express.json({ limit: bytesMax, type: JSON_TYPES, strict: false });
  return (request, response, next) => {
    if (!hasBody(request)) return next();
    if (!request.is(JSON_TYPES)) {
      throw new Refusal("unsupported_media_type", "send the body as `Content-Type: application/json`");
    }
    return parse(request, response, next);
  };
}

export const jsonBody = parseUpTo(requestBodyBytesMax);
/** For clients that send the conversation along, though only its last message is taken. */
export const conversationBody = parseUpTo(conversationBytesMax);
