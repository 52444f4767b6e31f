import assert from "node:assert/strict";
import { test } from "node:test";
import { feedOverlapMs } from "./feed-model.ts";
import { FeedProjects } from "./feed-projects.ts";

const change = (id: string, at_ms: number, gone = false) => ({
  project: { id, name: "n", path: "/p", created_at: "", updated_at: "" },
  gone,
  at_ms,
});

test("T8 C13 a project is told once when it is made and once when it is deleted", () => {
  const projects = new FeedProjects();
  assert.equal(projects.learn(change("a", 1))?.kind, "project_created");
  assert.equal(projects.learn(change("a", 1)), null);
  assert.deepEqual(projects.learn(change("a", 2, true)), {
    kind: "project_deleted",
    data: '{"project_id":"a"}',
  });
  assert.equal(projects.learn(change("a", 2, true)), null);
  assert.equal(projects.learn(change("a", 1)), null);
});

test("T5 C13 a resume tells what changed since its cursor, oldest first, and nothing that was forgotten", () => {
  const now = 10 * feedOverlapMs;
  const projects = new FeedProjects();
  projects.learn(change("b", now + 2));
  projects.learn(change("c", now + 1, true));
  projects.learn(change("d", now - 2 * feedOverlapMs));
  assert.equal(
    projects
      .since(now)
      ?.map(({ kind }) => kind)
      .join(),
    "project_deleted,project_created",
  );
  assert.equal(projects.since(now - feedOverlapMs)?.length, 3);
  for (let n = 0; n < 1_000; n++) projects.learn(change(`many ${n}`, now + 10 + n));
  assert.equal(projects.since(now), null);
  assert.ok((projects.since(now + feedOverlapMs + 700)?.length ?? 0) > 0);
});
