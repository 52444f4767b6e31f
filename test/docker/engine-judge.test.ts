// Who judges the judge: the published document of the Engine API must find what is wrong with calls that are.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadEngineJudge, withoutDocumentVariable } from "../support/engine/engine-document.ts";
import type { SeenCall } from "../support/engine/engine-judge.ts";

for (const version of ["1.41", "1.54"]) {
  const judge = await loadEngineJudge(version);
  if (judge === null) continue;
  const call = (
    method: string,
    path: string,
    rest: { query?: Record<string, string>; body?: unknown } = {},
  ) => {
    const seen: SeenCall = {
      method,
      path: `/v${version}${path}`,
      query: new URLSearchParams(rest.query),
      body: rest.body,
    };
    return seen;
  };
  const finds = (faults: readonly string[], ...expected: readonly RegExp[]): void => {
    assert.equal(faults.length, expected.length, faults.join("\n"));
    for (const [index, words] of expected.entries()) assert.match(faults[index] ?? "", words);
  };

  test(`the document of ${version} has nothing against a plain call`, () => {
    const body = { Image: "a", HostConfig: { Memory: 1, RestartPolicy: { Name: "no" } } };
    finds(judge.request(call("POST", "/containers/create", { query: { name: "x" }, body })));
    finds(judge.answer(call("POST", "/containers/create"), 201, { Id: "x", Warnings: [] }));
    finds(judge.answer(call("GET", "/containers/x/json"), 404, { message: "no" }));
  });

  test(`the document of ${version} finds unknown fields, parameters, paths, and wrong types, at any depth`, () => {
    const create = (body: unknown, query = {}) =>
      judge.request(call("POST", "/containers/create", { query, body }));
    finds(create({ Image: "a", Imagine: 1 }), /Imagine/);
    finds(create({ Image: "a", HostConfig: { Memoir: 1 } }), /Memoir/);
    finds(
      create({ HostConfig: { Mounts: [{ Target: "/a", Source: "b", VolumeOptions: { Copy: 1 } }] } }),
      /Copy/,
    );
    finds(create({ HostConfig: { Memory: "much" } }), /Memory must be integer/);
    finds(create({ HostConfig: { RestartPolicy: { Name: "perhaps" } } }), /allowed values/);
    finds(create({}, { title: "x" }), /title is not documented/);
    finds(create(undefined), /body is missing/);
    finds(judge.request(call("POST", "/containers/make")), /not in the document/);
    finds(judge.request(call("GET", "/containers/json", { query: { all: "yes" } })), /all=yes is no boolean/);
    finds(judge.request(call("GET", "/volumes", { query: { filters: '{"label":"x"}' } })), /no map of lists/);
    finds(judge.request(call("PUT", "/containers/x/archive", { body: "archive" })), /path is missing/);
    finds(judge.request({ ...call("GET", "/info"), path: "/info" }), /not below/);
  });

  test(`the document of ${version} finds answers it does not know`, () => {
    finds(judge.answer(call("POST", "/containers/create"), 201, { Id: "x" }), /Warnings/);
    finds(judge.answer(call("POST", "/containers/create"), 418, { message: "tea" }), /418 is not documented/);
    finds(judge.answer(call("GET", "/volumes/x"), 404, { error: "no" }), /message/, /error/);
    finds(judge.answer(call("DELETE", "/volumes/x"), 204, { done: true }), /with JSON/);
  });
}

test("the judge is sent away by its variable alone", async () => {
  const sentAway = process.env[withoutDocumentVariable] === "1";
  assert.equal((await loadEngineJudge("1.54")) === null, sentAway);
});
