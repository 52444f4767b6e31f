// What a sandbox sees of the machine: programs and libraries, read-only, and what they need of /etc.
import { existsSync, lstatSync, readdirSync, readlinkSync } from "node:fs";

// Links into /usr on most systems, real folders on others.
const programFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

// Listed one by one, because /etc also holds private keys, passwords of services and tokens.
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
// The names of their folders contain versions.
const languageSettings = /^(java|python|perl)/;
const networkFiles = ["resolv.conf", "nsswitch.conf", "gai.conf", "host.conf", "hosts"];

const standardPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/**
 * Bubblewrap's arguments that show the system without the absolute folders `hidden`: rows whose last word is a path inside.
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

/** PATH inside: Everturn's programs, then the folders of our own PATH that are shown, then the usual ones. */
export function pathInside(first: string, ours: string | undefined): string {
  const shown = (ours ?? "").split(":").filter((folder) => folder.startsWith("/usr/"));
  return [...new Set([first, ...shown, ...standardPath])].join(":");
}

/** Whether a path outside has the same name and content inside. */
export function isShown(path: string): boolean {
  return ["/usr", ...programFolders].some((folder) => path.startsWith(`${folder}/`));
}

function programFolder(folder: string): string[][] {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (stats.isSymbolicLink()) return [["--symlink", readlinkSync(folder), folder]];
  return [["--ro-bind", folder, folder]];
}
