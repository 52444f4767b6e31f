// Writes the template's parameter into package.json. Run once, when the workspace is built.
import { readFileSync, writeFileSync } from "node:fs";

const name = process.env.PARAM_PACKAGE_NAME ?? "app";
if (!/^[a-z0-9][a-z0-9._-]{0,213}$/.test(name)) {
  console.error(
    `package_name ${JSON.stringify(name)} is no name of a package: use lower case letters, digits, . - and _`,
  );
  process.exit(1);
}
const project = JSON.parse(readFileSync("package.json", "utf8"));
writeFileSync("package.json", `${JSON.stringify({ ...project, name }, null, 2)}\n`);
