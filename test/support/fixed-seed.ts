// Tests: property tests draw the same cases in each run, so that a red build means a change. `EVERTURN_TEST_SEED=random`, or a
// number, draws others.
import fc from "fast-check";

const SEED = 20_261_121;
const asked = process.env["EVERTURN_TEST_SEED"];

fc.configureGlobal(asked === "random" ? {} : { seed: asked === undefined ? SEED : Number(asked) });
