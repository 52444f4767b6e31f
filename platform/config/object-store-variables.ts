// The environment variables of the object store that files may be kept in.
import { z } from "zod";
import { flag, key, webAddress } from "./environment-values.ts";
import { notes } from "./variable-notes.ts";

/** What S3 takes for a bucket. */
const bucket = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "expected 3 to 63 lower-case letters, digits, dots and hyphens",
  );

export const OBJECT_STORE_VARIABLES = {
  EVERTURN_FILES_S3_BUCKET: notes(bucket.optional(), {
    description:
      "Bucket of an S3-compatible store that workers move files into; API and workers need the same. Without it files stay in Postgres. See [files.md](files.md#an-object-store)",
    shown_default: "none",
  }),
  EVERTURN_FILES_S3_ENDPOINT: notes(webAddress().optional(), {
    description: "Address of the store, without the bucket",
    shown_default: "AWS, in the region",
  }),
  EVERTURN_FILES_S3_REGION: notes(key().default("us-east-1"), {
    description: "Region that requests are signed for",
  }),
  EVERTURN_FILES_S3_ACCESS_KEY_ID: notes(key().optional(), {
    description: "Key of the store; needed with a bucket",
    shown_default: "none",
  }),
  EVERTURN_FILES_S3_SECRET_ACCESS_KEY: notes(key().optional(), {
    description: "Its secret; needed with a bucket",
    shown_default: "none",
    secret: true,
  }),
  EVERTURN_FILES_S3_PATH_STYLE: notes(flag.optional(), {
    description:
      "Whether the bucket stands in the path instead of the host's name, as MinIO and most others want it",
    shown_default: "`true` with an endpoint of your own, else `false`",
  }),
} as const;

type Variables = z.output<z.ZodObject<typeof OBJECT_STORE_VARIABLES>>;

/** Null: files stay in Postgres. */
export function objectStoreConfig(given: Variables) {
  const {
    EVERTURN_FILES_S3_BUCKET: name,
    EVERTURN_FILES_S3_ENDPOINT,
    EVERTURN_FILES_S3_REGION: region,
  } = given;
  if (name === undefined) return null;
  return {
    bucket: name,
    region,
    endpoint: EVERTURN_FILES_S3_ENDPOINT ?? `https://s3.${region}.amazonaws.com`,
    accessKeyId: given.EVERTURN_FILES_S3_ACCESS_KEY_ID ?? "",
    secretAccessKey: given.EVERTURN_FILES_S3_SECRET_ACCESS_KEY ?? "",
    pathStyle: given.EVERTURN_FILES_S3_PATH_STYLE ?? EVERTURN_FILES_S3_ENDPOINT !== undefined,
  };
}

/** What is missing of a store that has a bucket. */
export function faultsOfObjectStore(store: ReturnType<typeof objectStoreConfig>) {
  if (store === null) return [];
  const problem = "is needed with EVERTURN_FILES_S3_BUCKET";
  return [
    ...(store.accessKeyId === "" ? [{ variable: "EVERTURN_FILES_S3_ACCESS_KEY_ID", problem }] : []),
    ...(store.secretAccessKey === "" ? [{ variable: "EVERTURN_FILES_S3_SECRET_ACCESS_KEY", problem }] : []),
  ];
}
