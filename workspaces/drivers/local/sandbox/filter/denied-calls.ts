// The system calls that no program in a workspace may make, each group with its reason. Data only.
//
// Numbers: Linux 6.18, arch/x86/entry/syscalls/syscall_64.tbl and scripts/syscall.tbl (arm64). A call that exists on one
// architecture alone has null for the other.

/** Error numbers of Linux; they are the same on both architectures. */
export const errno = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 } as const;

/** When a call is denied. Only the lower 32 bits of an argument count: these calls ignore the rest of it. */
export type DeniedWhen =
  | { readonly type: "always" }
  | { readonly type: "any-flag"; readonly argument: number; readonly flags: number }
  | { readonly type: "one-of"; readonly argument: number; readonly values: readonly number[] }
  | { readonly type: "none-of"; readonly argument: number; readonly values: readonly number[] };

export interface CallNumbers {
  readonly x64: number | null;
  readonly arm64: number | null;
}

export interface DenialGroup {
  readonly why: string;
  readonly answer: keyof typeof errno;
  readonly when: DeniedWhen;
  readonly calls: Readonly<Record<string, CallNumbers>>;
}

/** Calls above this number are newer than this list, so nobody has judged them: they do not exist here. */
export const newestJudgedCall = 466;

const both = (number: number): CallNumbers => ({ x64: number, arm64: number });
const each = (x64: number | null, arm64: number | null): CallNumbers => ({ x64, arm64 });

const always: DeniedWhen = { type: "always" };

// clone(2): new cgroup, UTS, IPC, user, PID, network and mount namespaces.
const namespaceFlags = 0x7e02_0000;
// Time namespaces; in clone's flags these bits are the exit signal, so only unshare can ask for one.
const timeNamespaceFlag = 0x80;

const terminalCommands = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c };
const socketFamilies = { AF_UNIX: 1, AF_INET: 2, AF_INET6: 10, AF_NETLINK: 16 };

export const denialGroups: readonly DenialGroup[] = [
  {
    why: "In a user namespace of its own a program is root, which opens the kernel code that most breakouts use.",
    answer: "EPERM",
    when: { type: "any-flag", argument: 0, flags: namespaceFlags },
    calls: { clone: each(56, 220) },
  },
  {
    why: "As clone.",
    answer: "EPERM",
    when: { type: "any-flag", argument: 0, flags: namespaceFlags | timeNamespaceFlag },
    calls: { unshare: each(272, 97) },
  },
  {
    why: "Its flags are in memory, where no filter can see them. C libraries fall back to clone when it does not exist.",
    answer: "ENOSYS",
    when: always,
    calls: { clone3: both(435) },
  },
  {
    why: "Leads into another namespace.",
    answer: "EPERM",
    when: always,
    calls: { setns: each(308, 268) },
  },
  {
    why: "Mounts change what is visible, and tell where things lie outside.",
    answer: "EPERM",
    when: always,
    calls: {
      mount: each(165, 40),
      umount2: each(166, 39),
      pivot_root: each(155, 41),
      chroot: each(161, 51),
      open_tree: both(428),
      move_mount: both(429),
      fsopen: both(430),
      fsconfig: both(431),
      fsmount: both(432),
      fspick: both(433),
      mount_setattr: both(442),
      statmount: both(457),
      listmount: both(458),
    },
  },
  {
    why: "Keyrings belong to a user of the machine, not to a workspace.",
    answer: "EPERM",
    when: always,
    calls: { add_key: each(248, 217), request_key: each(249, 218), keyctl: each(250, 219) },
  },
  {
    why: "Large or delicate kernel code that ordinary programs can do without.",
    answer: "EPERM",
    when: always,
    calls: {
      bpf: each(321, 280),
      perf_event_open: each(298, 241),
      userfaultfd: each(323, 282),
      fanotify_init: each(300, 262),
      migrate_pages: each(256, 238),
      move_pages: each(279, 239),
    },
  },
  {
    why: "As above; besides, what io_uring does for a program passes no filter. Programs fall back when it does not exist.",
    answer: "ENOSYS",
    when: always,
    calls: { io_uring_setup: both(425), io_uring_enter: both(426), io_uring_register: both(427) },
  },
  {
    why: "Other families are not separated by the network namespace (AF_VSOCK reaches the hypervisor) or lead to rare kernel code (AF_ALG).",
    answer: "EAFNOSUPPORT",
    when: { type: "none-of", argument: 0, values: Object.values(socketFamilies) },
    calls: { socket: each(41, 198), socketpair: each(53, 199) },
  },
  {
    why: "Types into the terminal that a program was started from.",
    answer: "EPERM",
    when: { type: "one-of", argument: 1, values: Object.values(terminalCommands) },
    calls: { ioctl: each(16, 29) },
  },
  {
    why: "Opens a file by number, past every folder it lies in.",
    answer: "EPERM",
    when: always,
    calls: { open_by_handle_at: each(304, 265) },
  },
  {
    why: "Runs the machine: its kernel, clock, log, swap, quotas and ports. No workspace has the right anyway.",
    answer: "EPERM",
    when: always,
    calls: {
      kexec_load: each(246, 104),
      kexec_file_load: each(320, 294),
      reboot: each(169, 142),
      init_module: each(175, 105),
      finit_module: each(313, 273),
      delete_module: each(176, 106),
      settimeofday: each(164, 170),
      clock_settime: each(227, 112),
      syslog: each(103, 116),
      acct: each(163, 89),
      swapon: each(167, 224),
      swapoff: each(168, 225),
      quotactl: each(179, 60),
      quotactl_fd: both(443),
      vhangup: each(153, 58),
      iopl: each(172, null),
      ioperm: each(173, null),
    },
  },
  {
    why: "Obsolete: nothing uses them but attacks.",
    answer: "ENOSYS",
    when: always,
    calls: {
      uselib: each(134, null),
      ustat: each(136, null),
      sysfs: each(139, null),
      _sysctl: each(156, null),
      create_module: each(174, null),
      get_kernel_syms: each(177, null),
      query_module: each(178, null),
      nfsservctl: each(180, 42),
      lookup_dcookie: each(212, 18),
    },
  },
];
