# Dev holds the embedded stack: this process reads which children its supervisor has, and ends them when the pipe breaks.
# A shell, since it lives as long as the stack: it takes 1 MB where Node takes 45.
trap '' INT TERM HUP

held=
while read -r verb pid signal; do
  kept=
  for each in $held; do
    [ "${each%:*}" = "$pid" ] || kept="$kept $each"
  done
  held=$kept
  [ "$verb" = hold ] && held="$held $pid:$signal"
done

for each in $held; do kill -s "${each#*:}" "${each%:*}" 2>/dev/null; done
# Five seconds for each to end in order, then they are killed.
looks=0
while [ "$looks" -lt 50 ]; do
  alive=
  for each in $held; do kill -0 "${each%:*}" 2>/dev/null && alive="$alive $each"; done
  [ -z "$alive" ] && exit 0
  held=$alive
  looks=$((looks + 1))
  sleep 0.1
done
for each in $held; do kill -s KILL "${each%:*}" 2>/dev/null; done
