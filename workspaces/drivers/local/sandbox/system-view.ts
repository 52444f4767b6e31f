// Workspaces: what a sandbox sees of the machine: programs and libraries, read-only, and of /etc what they need to run.
import { existsSync, lstatSync, readdirSync, readlinkSync } from "node:fs";

// On most systems links into /usr, on some folders of their own.
const programFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

// By name, never all of it: /etc also has private keys, passwords of services, and tokens.
const settingsFiles = [
  "alternatives",
  "ld.so.cache",
  "ld.so.conf",
  "ld.so.conf.d",
  "localtime",
  "timezone",
  "mime.types",
  "magic",
  "protocols",
  "services",
  "terminfo",
  "fonts",
  "ca-certificates",
  "ssl/certs",
  "ssl/cert.pem",
  "ssl/openssl.cnf",
  "pki/tls/certs",
  "pki/tls/cert.pem",
  "pki/ca-trust/extracted",
  "crypto-policies",
];
// Their folders carry versions in their names.
const languageSettings = /^(java|python|perl)/;
const networkFiles = ["resolv.conf", "nsswitch.conf", "gai.conf", "host.conf", "hosts"];

const standardPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Arguments of bubblewrap that show the system, without what lies in `hidden` (absolute folders): rows whose last word is a
 * path inside.
 */
export function systemView(network: boolean, hidden: readonly string[]): string[][] {
  const languages = readdirSync("/etc").filter((name) => languageSettings.test(name));
  const settings = [...settingsFiles, ...languages, ...(network ? networkFiles : [])]
    .map((name) => `/etc/${name}`)
    .filter((file) => existsSync(file));
  return [
    ...["/usr", ...programFolders].flatMap(programFolder),
    ...settings.map((file) => ["--ro-bind-try", file, file]),
    // Everturn itself may be installed, or keep its data, below /usr.
    ...hidden.filter(isShown).map((folder) => ["--tmpfs", folder, "--remount-ro", folder]),
  ];
}

/** PATH inside: the agent's own programs, then of this process's PATH what is shown, then the usual. */
export function pathInside(first: string, ours: string | undefined): string {
  const shown = (ours ?? "").split(":").filter((folder) => folder.startsWith("/usr/"));
  return [...new Set([first, ...shown, ...standardPath])].join(":");
}

/** Whether a path outside has the same name, and the same content, inside. */
export function isShown(path: string): boolean {
  return ["/usr", ...programFolders].some((folder) => path.startsWith(`${folder}/`));
}

function programFolder(folder: string): string[][] {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isSymbolicLink()) return [["--symlink", readlinkSync(folder), folder]];
  return [["--ro-bind", folder, folder]];
}
