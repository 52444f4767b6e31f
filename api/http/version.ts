// The API speaks HTTP and the store; this file: which version answers.
import packageJson from "../../package.json" with { type: "json" };

export const version: string = packageJson.version;
