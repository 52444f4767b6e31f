// The process of a workspace's proxy. It runs outside the workspace, until its standard input ends.
import { createEgressProxy } from "./egress-proxy.ts";
import { publicDestinations } from "./judge-destination.ts";

const end = () => process.exit(0);

// A fault in one connection must not end the others.
process.on("uncaughtException", (error) => process.stderr.write(`${error.stack ?? error.message}\n`));
process.stdin.on("end", end).on("error", end).resume();

const [listenFd = ""] = process.argv.slice(2);
if (!/^\d+$/.test(listenFd)) throw new Error("the number of a listening descriptor is wanted");
createEgressProxy(publicDestinations()).listen({ fd: Number(listenFd) });
