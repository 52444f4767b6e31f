import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger, loggerFor } from "./logger.ts";

function recorded() {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  return { lines, logger: createLogger({ level: "info", role: "api" }, destination) };
}

test("O6 lines are JSON with level, role, chat and request", () => {
  const { lines, logger } = recorded();
  loggerFor(logger, { chatId: "c1", requestId: "r1" }).info("hello");
  logger.debug("not shown");
  assert.equal(lines.length, 1);
  const { level, role, chat_id, request_id, msg } = lines[0] ?? {};
  assert.deepEqual(
    { level, role, chat_id, request_id, msg },
    { level: "info", role: "api", chat_id: "c1", request_id: "r1", msg: "hello" },
  );
});

test("A5 keys are redacted wherever a request or a provider carries them", () => {
  const { lines, logger } = recorded();
  logger.info({
    api_key: "k-1",
    request: { headers: { authorization: "k-2", "x-api-key": "k-3" } },
    provider: { apiKey: "k-4" },
  });
  assert.doesNotMatch(JSON.stringify(lines), /k-\d/);
  assert.match(JSON.stringify(lines), /\[redacted\]/);
});
