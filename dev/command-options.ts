// Dev commands beside the product's own (tests, benchmarks, chaos runs): their options, with words instead of a stack trace.
import { type ParseArgsConfig, parseArgs } from "node:util";

const EXIT_CODE_USAGE = 2;

/** The options and arguments of this process. Where they are wrong, it says so with `usage` and ends the process with 2. */
export function readCommandOptions<Config extends ParseArgsConfig>(
  config: Config,
  usage: string,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("ERR_PARSE_ARGS") !== true) throw error;
    process.stderr.write(`${message}\n\nUsage: ${usage}\n`);
    process.exit(EXIT_CODE_USAGE);
  }
}
