// The API speaks HTTP and the store; this file: a server that shuts down takes no new work (SPEC O2).
import type { RequestHandler } from "express";
import { Refusal } from "../../../core/chat/refusal.ts";

export function refuseWhileDraining(isDraining: () => boolean): RequestHandler {
  return (_request, response, next) => {
    if (!isDraining()) return next();
    response.setHeader("Connection", "close");
    throw new Refusal("draining");
  };
}
