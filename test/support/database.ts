// Tests run against real Postgres: each file gets a database of its own, cloned from the migrated template in some 50 ms.
import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { TEMPLATE_DATABASE } from "./stack.ts";

export interface TestDatabase {
  readonly url: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

/** Clones the template; call it in a file's `before`, and `drop` in its `after`. Needs the test run of `npm test`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = required("EVERTURN_TEST_DATABASE_URL");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(adminUrl, `create database ${name} template ${TEMPLATE_DATABASE}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(adminUrl, `drop database if exists ${name} with (force)`) };
}

/** Address of the test run's Temporal. Use a task queue of your own. */
export function testTemporalAddress(): string {
  return required("EVERTURN_TEST_TEMPORAL_ADDRESS");
}

function required(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(
      `${name} is not set: run this file by \`npm test -- <file>\`, which starts Postgres and Temporal`,
    );
  return value;
}

async function asAdmin(adminUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
