import assert from "node:assert/strict";
import { test } from "node:test";
import { isOpenAiOwn } from "./openai-own.ts";

test("L12 OpenAI's own service is at OpenAI and under three domains of Azure; what only resembles it is not", () => {
  const own = [
    null,
    "https://api.openai.com/v1",
    "https://eu.api.openai.com/v1",
    "https://mine.openai.azure.com/openai/v1",
    "https://mine.cognitiveservices.azure.com/openai/v1",
    "https://mine.services.ai.azure.com/openai/v1",
  ];
  const others = [
    "https://openai.com.example.org/v1",
    "https://notopenai.com/v1",
    "https://services.ai.azure.com.example.org/v1",
    "https://mine.inference.ai.azure.com/v1",
    "http://127.0.0.1:8000/v1",
    "no address",
  ];
  assert.deepEqual(
    own.filter((url) => !isOpenAiOwn(url)),
    [],
  );
  assert.deepEqual(
    others.filter((url) => isOpenAiOwn(url)),
    [],
  );
});
