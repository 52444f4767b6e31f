// Tests: loaded into a process by `--import`. Its name server does not answer for as long as a file is there.
import dns from "node:dns";
import { existsSync } from "node:fs";

const switchFile = process.env["EVERTURN_TEST_DNS_SWITCH"];
const lookup = dns.lookup;

dns.lookup = (hostname, options, callback) => {
  const done = typeof options === "function" ? options : callback;
  if (switchFile === undefined || !existsSync(switchFile)) return lookup(hostname, options, callback);
  const fault = { errno: -3001, code: "EAI_AGAIN", syscall: "getaddrinfo", hostname };
  const error = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${hostname}`), fault);
  setImmediate(() => done(error));
};
