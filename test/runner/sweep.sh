# Ends what a test run has left behind, and removes its folder. It reads the folder's path; then its input breaks when the run
# ends, however it ends. A shell in a session of its own: it outlives a runner that is killed.
trap '' INT TERM HUP
read -r folder
while read -r _; do :; done

# The processes that name the folder in their environment or command line. This shell does neither.
left() {
  if [ -r /proc/self/environ ]; then
    printf '%s\n' "$folder" | grep -laF -f - /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3
    sandboxes
  else
    ps -AEww -o pid=,command= | awk -v folder="$folder" 'index($0, folder) { print $1 }'
  fi
}

# Sandboxes of workspaces tell nothing of this machine's paths: only their mounts come from the folder. With the first process
# in a sandbox ends all of it.
sandboxes() {
  for process in $(grep -laF -e --unsetenv /proc/[0-9]*/cmdline 2>/dev/null | cut -d/ -f3); do
    grep -qaF EVERTURN_ "/proc/$process/cmdline" 2>/dev/null || continue
    [ "$(readlink "/proc/$process/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ] && continue
    printf '%s\n' "$folder" | grep -qF -f - "/proc/$process/mountinfo" 2>/dev/null && echo "$process"
  done
}

# Five seconds to end in order, so that Postgres gives back its shared memory; then they are killed.
for signal in TERM KILL; do
  looks=0
  while [ "$looks" -lt 50 ]; do
    alive=$(left)
    [ -z "$alive" ] && break 2
    { [ "$looks" = 0 ] || [ "$signal" = KILL ]; } && kill -s "$signal" $alive 2>/dev/null
    looks=$((looks + 1))
    sleep 0.1
  done
done
[ -n "$folder" ] && rm -rf "$folder"
