// The process that is a workspace's way to the internet. It lives outside the workspace, as long as its standard input is open.
import { createEgressProxy } from "./egress-proxy.ts";
import { publicDestinations } from "./judge-destination.ts";

const end = () => process.exit(0);

// A fault of one connection must not cost the others theirs.
process.on("uncaughtException", (error) => process.stderr.write(`${error.stack ?? error.message}\n`));
process.stdin.on("end", end).on("error", end).resume();

const [listenFd = ""] = process.argv.slice(2);
if (!/^\d+$/.test(listenFd)) throw new Error("the number of a listening descriptor is wanted");
createEgressProxy(publicDestinations()).listen({ fd: Number(listenFd) });
