// Tests: makes TypeScript types of an OpenAPI document.
export { astToString, default } from "openapi-typescript";
