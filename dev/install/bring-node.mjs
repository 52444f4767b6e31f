// Dev holds the embedded stack: a Node that runs TypeScript as it is, for machines whose own is older. Plain JavaScript for
// Node 18, without dependencies.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

/** The version the image runs, too. */
export const NODE_VERSION = "24.21.0";

/**
 * What is fetched for each platform we promise, and what it must be: the npm package that holds the program, by npm's own kind
 * of checksum (there is none for macOS), and the archive of nodejs.org, by its line in that version's SHASUMS256.txt.
 */
export const NODE_SOURCES = {
  "linux-x64": {
    npm: "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
    archive: "6e1db87ef58b8819e5d5402eff1536491b18edd8eb7bee5ef7897876e88dc5ff",
  },
  "linux-arm64": {
    npm: "sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==",
    archive: "724282c3b43aec998aa9527380465b45d229e021b58035f5f4f63095eabfe5d5",
  },
  "darwin-x64": { archive: "1462cb3b3046b815cf8ea436d3da450ec1a9f11dac7e5a46b0ada5305d7e8097" },
  "darwin-arm64": { archive: "bed7eea5325e1108f32ce5228ddd6a5f0f08a499ee42aa7442aea583702f6057" },
};

/** True for versions that strip types without being asked to; `engines` in package.json says the same. */
export function runsTypeScript(version) {
  const [major, minor] = version.split(".").map(Number);
  return major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
}

/**
 * The path of a Node in the cache, fetched when missing. What arrives is compared with its checksum before it is unpacked.
 * `runNpm(folder, args)` is the user's npm; `platform` and `sources` are other ones in tests only.
 */
export async function bringNode({ cacheFolder, runNpm, platform = thisPlatform(), sources = NODE_SOURCES }) {
  const home = join(cacheFolder, `node-${NODE_VERSION}-${platform}`);
  const program = join(home, "bin", "node");
  if (runs(program)) return program;
  const source = sources[platform];
  if (source === undefined) throw new Error(`there is none to fetch for ${platform}`);
  mkdirSync(cacheFolder, { recursive: true });
  const work = mkdtempSync(join(cacheFolder, "node-"));
  const reasons = [];
  try {
    for (const fetchInto of [fromNpm, fromNodejs]) {
      try {
        await fetchInto({ work, platform, source, runNpm });
        if (!runs(join(work, "home", "bin", "node"))) throw new Error("it does not run on this system");
        rmSync(home, { recursive: true, force: true });
        // A rename is all or nothing: a program cut short is never taken for a whole one.
        renameSync(join(work, "home"), home);
        return program;
      } catch (error) {
        reasons.push(
          `  - ${fetchInto === fromNpm ? "as an npm package" : "from nodejs.org"}: ${error.message}`,
        );
      }
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  throw new Error(reasons.join("\n"));
}

function thisPlatform() {
  return `${process.platform}-${process.arch}`;
}

async function fromNpm({ work, platform, source, runNpm }) {
  if (source.npm === undefined) throw new Error(`there is no such package for ${platform}`);
  await runNpm(work, ["pack", `node-${platform}@${NODE_VERSION}`, "--ignore-scripts", "--loglevel=error"]);
  const file = readdirSync(work).find((name) => name.endsWith(".tgz"));
  if (file === undefined) throw new Error("npm pack left no file");
  const found = `sha512-${await checksum(join(work, file), "sha512", "base64")}`;
  await unpack({ work, file, found, wanted: source.npm, program: "package/bin/node" });
}

async function fromNodejs({ work, platform, source }) {
  const name = `node-v${NODE_VERSION}-${platform}`;
  const file = `${name}.tar.gz`;
  await download(`https://nodejs.org/dist/v${NODE_VERSION}/${file}`, join(work, file));
  const found = await checksum(join(work, file), "sha256", "hex");
  await unpack({ work, file, found, wanted: source.archive, program: `${name}/bin/node` });
}

async function unpack({ work, file, found, wanted, program }) {
  if (found !== wanted) throw new Error(`${file} has the checksum ${found}, and ${wanted} was expected`);
  const bin = join(work, "home", "bin");
  rmSync(bin, { recursive: true, force: true });
  mkdirSync(bin, { recursive: true });
  // The program alone: headers and manuals are a third of it.
  await run("tar", ["-xzf", join(work, file), "-C", bin, "--strip-components=2", program]);
}

/** curl where there is one, since it knows of proxies and takes up what was cut; Node's own fetch elsewhere. */
async function download(url, file) {
  if (spawnSync("curl", ["--version"]).status === 0) {
    const patience = ["--connect-timeout", "30", "--speed-limit", "1", "--speed-time", "60", "--retry", "3"];
    await run("curl", [
      "--fail",
      "--silent",
      "--show-error",
      "--location",
      ...patience,
      "-C",
      "-",
      "-o",
      file,
      url,
    ]);
    return;
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
}

function checksum(file, algorithm, encoding) {
  return new Promise((resolve, reject) => {
    const hash = createHash(algorithm);
    createReadStream(file)
      .on("error", reject)
      .on("data", (chunk) => hash.update(chunk))
      .on("end", () => resolve(hash.digest(encoding)));
  });
}

function run(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (chunk) => (errors += chunk));
    child.on("error", (error) => reject(new Error(`${program} could not be run: ${error.message}`)));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program} failed: ${errors.trim().split("\n").at(-1) || `code ${code}`}`));
    });
  });
}

function runs(program) {
  return existsSync(program) && spawnSync(program, ["--version"]).status === 0;
}
