// Tests: the Express that many applications still have, beside our own.
export { default as express4 } from "express-4";
