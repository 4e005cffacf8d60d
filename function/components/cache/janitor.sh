#!/bin/sh
# The janitor of a Cache: keeps the store of a pull-through registry within its age and size, beside the registry and while that
# serves. The registry fetches again what is asked for again (it has neither a TTL of its own nor a descriptor cache), and what it
# has open goes on being readable. Needs the common tools of Alpine's BusyBox or of Debian, no privilege, and a small writable
# directory. Its output is the log, one JSON object a line. With the argument `once` it does one round and ends.
#
# Each round: the store is measured, its blobs are judged (blobs.awk), a plan is made (choose.awk) and carried out, and what was
# done is told (report.awk). Now and then the repositories are swept (links.awk). A round changes nothing but what its plan names,
# and a plan names nothing that does not lie exactly where the registry puts it.
#
# Signals: a shell looks at them only between commands, or while it waits. So whatever may take long runs in the background.
LC_ALL=C
export LC_ALL

STORE=${STORE:-/var/lib/registry}       # the root directory of the registry's filesystem storage
TTL_SECONDS=${TTL_SECONDS:-0}           # blobs that were fetched longer ago are removed; 0: none
MAX_BYTES=${MAX_BYTES:-0}               # the limit of the store; 0: what the volume has
INTERVAL=${INTERVAL:-30}                # seconds between rounds
HIGH=${HIGH:-85}                        # above so many percent of its limit the store is brought down
LOW=${LOW:-70}                          # ... to so many
FULL=${FULL:-95}                        # above so many percent, what is younger than MIN_AGE may go too
MIN_AGE=${MIN_AGE:-600}                 # what was fetched or used within so many seconds stays
SMALL=${SMALL:-65536}                   # blobs of fewer bytes, manifests above all, go last
UPLOAD_AGE=${UPLOAD_AGE:-7200}          # an upload that did not change for so many seconds is abandoned
SWEEP_INTERVAL=${SWEEP_INTERVAL:-3600}  # seconds between looks for abandoned uploads and for links that lead nowhere
TAG_AGE=${TAG_AGE:-604800}              # a tag without its manifest is kept for so many seconds after it was last looked up
BATCH=${BATCH:-10000}                   # so many removals a round at most
WORK=${WORK:-/run/janitor}              # a writable directory, in memory
METRICS_PORT=${METRICS_PORT:-5002}      # 0: metrics are not served
UPTIME=${UPTIME:-/proc/uptime}

here=$(cd "${0%/*}" 2>/dev/null && pwd) || here=.
root=$STORE/docker/registry/v2
boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
TMPDIR=$WORK
export TMPDIR

# What a round leaves to the next.
last_now='' last_up='' swept='' jumped='' server='' unserved='' cramped=0 errors=0
expired=0 evicted=0 abandoned=0 incomplete=0 unlinked=0
expired_bytes=0 evicted_bytes=0 abandoned_bytes=0 incomplete_bytes=0 unlinked_bytes=0

log() { # level, message, further fields
  printf '{"level":"%s","msg":"%s","service":"janitor","time":"%s"%s}\n' "$1" "$2" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "${3:+,$3}"
}

number() { # value, otherwise
  case $1 in '' | *[!0-9]*) echo "$2" ;; *) echo "$1" ;; esac
}

failed() { # text: counts among the errors of this round
  trouble="${trouble}error $1
"
}

# The registry changes the store at the same time: that something is gone, or not empty any more, is no error.
troubles() {
  printf '%s' "$trouble"
  awk '!/No such file or directory|Directory not empty/ { print "error " $0 }' "$WORK/errors" 2>/dev/null
}

measure() { # sets used and limit, in bytes; the limit is 0 where it is not known
  du -sk "$STORE" >"$WORK/used" 2>>"$WORK/errors" &
  wait $!
  kibibytes=
  read -r kibibytes _ 2>/dev/null <"$WORK/used"
  used=$(($(number "$kibibytes" 0) * 1024))
  # shellcheck disable=SC2046 # two numbers are two words
  set -- $(stat -f -c '%a %S' "$STORE" 2>/dev/null)
  limit=$((used + $(number "${1-}" 0) * $(number "${2-}" 0)))
  # A volume that is smaller than meant, or filled by others, is a smaller limit.
  [ "$MAX_BYTES" -eq 0 ] || [ "$MAX_BYTES" -gt "$limit" ] || limit=$MAX_BYTES
  if [ -z "$kibibytes" ] || [ -z "${2-}" ]; then
    failed "the store cannot be measured: $STORE"
    limit=0
  fi
}

states() { # the arguments of find, after which each path found is printed with its state
  find "$@" -exec stat -c '%f %X %Y %s %b %n' {} + 2>>"$WORK/errors"
}

blobs() {
  [ ! -d "$root/blobs" ] || { cd "$root" && states ./blobs -mindepth 3 -maxdepth 4; }
}

# Reads "time path", and sets the mtimes, in a process for each two hundred paths of one time; with an argument, sets the atimes
# to long ago, where they might be later.
redate() {
  sort -n | awk -v also="${1-}" '
    function flush() {
      if (n)
        print "touch -c -m -d @" time paths (also ? "\ntouch -c -a -d @0" paths : "")
      n = 0
      paths = ""
    }
    $1 != time || n >= 200 { flush() }
    { time = $1; paths = paths " " $2; n++ }
    END { flush() }' | (cd "$root" && sh) 2>>"$WORK/errors"
}

# Compares the clock with the time since the system started, which never jumps. A jump would make everything old, or nothing ever.
clock() {
  now=$(date +%s)
  read -r up _ <"$UPTIME"
  up=${up%%.*}
  if [ -z "$last_now" ] && read -r saved_now saved_up saved_boot saved_jumped <"$WORK/clock" && [ "$saved_boot" = "$boot" ]; then
    last_now=$(number "$saved_now" '') last_up=$(number "$saved_up" '') jumped=$(number "$saved_jumped" '')
  fi 2>/dev/null
  [ -n "$last_now" ] || last_now=$now last_up=$up
  elapsed=$((up - last_up))
  jump=$((now - last_now - elapsed))
  if [ "$jump" -gt 300 ] || [ "$jump" -lt -300 ]; then
    log warning "the clock jumped, the recorded times follow it" "\"seconds\":$jump"
    # Uploads are not shifted: none is judged until those of before the jump have ended one way or the other.
    jumped=$up
    blobs | awk -v now="$now" -v jump="$jump" -v elapsed="$elapsed" -f "$here/dates.awk" | redate also &
    wait $!
  fi
  last_now=$now last_up=$up
  printf '%s %s %s %s\n' "$now" "$up" "$boot" "${jumped:--}" >"$WORK/clock"
}

# Runs a command with the paths that the plan has for an action, in as few processes as there may be.
each() { # action, what to add to each path, command...
  with=$1 suffix=$2
  shift 2
  awk -v action="$with" -v suffix="$suffix" 'NF == 4 && $3 == action { print $4 suffix }' "$plan" |
    (cd "$root" && xargs -r "$@") 2>>"$WORK/errors" &
  wait $!
}

carry_out() { # plan
  plan=$1
  actions=$(awk 'NF == 4 && $1 != "total" && $1 != "left" { seen[$3] } END { for (action in seen) print action }' "$plan")
  for action in $actions; do
    case $action in
      blob)
        each blob /data rm -f -- || each blob /data stat -c 'failed %n' >>"$WORK/failed"
        each blob '' rmdir --
        ;;
      file) each file '' rm -f -- || each file '' stat -c 'failed %n' >>"$WORK/failed" ;;
      tree) each tree '' rm -rf -- || each tree '' stat -c 'failed %n' >>"$WORK/failed" ;;
      mark)
        awk 'NF == 4 && $3 == "mark" { print $2, $4 }' "$plan" | redate &
        wait $!
        ;;
      date)
        awk 'NF == 4 && $3 == "date" { print $2, $4 }' "$plan" | redate also &
        wait $!
        ;;
    esac
  done
  # After the files that lie in them.
  case $actions in *directory*) each directory '' rmdir -- ;; esac
}

judge() {
  { blobs; echo end; } | awk -v now="$now" -v ttl="$TTL_SECONDS" -v min_age="$MIN_AGE" -v small="$SMALL" -v upload_age="$UPLOAD_AGE" \
    -v evicting=$((limit > 0 && used * 100 > limit * HIGH)) -f "$here/blobs.awk" | sort -k1,1n -k2,2n |
    awk -v used="$used" -v limit="$limit" -v high="$HIGH" -v low="$LOW" -v full="$FULL" -v batch="$BATCH" -f "$here/choose.awk" \
      >"$WORK/plan" 2>>"$WORK/errors" &
  wait $!
}

sweep() {
  [ -z "$swept" ] || [ $((up - swept)) -ge "$SWEEP_INTERVAL" ] || return
  [ -z "$jumped" ] || [ $((up - jumped)) -gt "$UPLOAD_AGE" ] || return
  [ -d "$root/repositories" ] || return
  swept=$up
  (
    cd "$root" || exit
    [ ! -d blobs ] || find ./blobs -mindepth 4 -maxdepth 4 -name data -type f 2>>"$WORK/errors"
    states ./repositories \( -path '*/_uploads/*' -o -name link -o -name 'link.*.tmp' \)
    echo end
  ) | (cd "$root" && awk -v now="$now" -v min_age="$MIN_AGE" -v upload_age="$UPLOAD_AGE" -v tag_age="$TAG_AGE" -v batch="$BATCH" \
    -f "$here/links.awk") >"$WORK/links" 2>>"$WORK/errors" &
  wait $!
}

serve() {
  [ "$METRICS_PORT" -ne 0 ] || return
  if [ -n "$server" ]; then
    kill -0 "$server" 2>/dev/null && return
    # Tried again each round, told once.
    [ -n "$unserved" ] || log warning "metrics are not served" '"reason":"no nc that serves, or the port is taken"'
    unserved=yes
  fi
  # Alpine's nc wants -lk, the smaller one of BusyBox -ll; others cannot run a program for each connection.
  for nc in 'busybox nc' nc; do
    case $($nc --help 2>&1 </dev/null) in
      *-lk*persistent*) listen=-lk ;;
      *-ll*persistent*) listen=-ll ;;
      *) continue ;;
    esac
    $nc "$listen" -p "$METRICS_PORT" -e sh "$here/metrics.sh" "$WORK/metrics" 2>/dev/null &
    server=$!
    return
  done
  server=none
}

metrics() {
  {
    printf '# HELP registry_cache_%s\n# TYPE registry_cache_%s\nregistry_cache_%s\n' \
      "store_bytes Space that the store takes." 'store_bytes gauge' "store_bytes $used" \
      "limit_bytes The limit of the store: the configured size, or what the volume can hold." 'limit_bytes gauge' "limit_bytes $limit" \
      "blobs Blobs in the store." 'blobs gauge' "blobs $blobs" \
      "janitor_errors_total Errors of the janitor." 'janitor_errors_total counter' "janitor_errors_total $errors" \
      "janitor_last_round_timestamp_seconds When the janitor's last round ended." 'janitor_last_round_timestamp_seconds gauge' \
      "janitor_last_round_timestamp_seconds $(date +%s)" \
      "janitor_last_round_duration_seconds How long it took." 'janitor_last_round_duration_seconds gauge' \
      "janitor_last_round_duration_seconds $took"
    printf '# HELP registry_cache_%s\n# TYPE registry_cache_%s counter\n' 'removed_total What was removed.' removed_total
    printf 'registry_cache_removed_total{reason="%s"} %s\n' expired "$expired" evicted "$evicted" abandoned "$abandoned" \
      incomplete "$incomplete" unlinked "$unlinked"
    printf '# HELP registry_cache_%s\n# TYPE registry_cache_%s counter\n' 'removed_bytes_total Space that it took.' removed_bytes_total
    printf 'registry_cache_removed_bytes_total{reason="%s"} %s\n' expired "$expired_bytes" evicted "$evicted_bytes" \
      abandoned "$abandoned_bytes" incomplete "$incomplete_bytes" unlinked "$unlinked_bytes"
  } >"$WORK/metrics.new" 2>/dev/null && mv "$WORK/metrics.new" "$WORK/metrics"
}

tell() { # says what was done, and counts it
  report=$({ cat "$WORK/failed" 2>/dev/null; troubles; cat "$WORK/plan" "$WORK/links" 2>/dev/null; } | awk -v cap=100 -f "$here/report.awk")
  # shellcheck disable=SC2086 # numbers are words
  set -- ${report%%"$newline"*}
  expired=$((expired + $1)) expired_bytes=$((expired_bytes + $2))
  evicted=$((evicted + $3)) evicted_bytes=$((evicted_bytes + $4))
  abandoned=$((abandoned + $5)) abandoned_bytes=$((abandoned_bytes + $6))
  incomplete=$((incomplete + $7)) incomplete_bytes=$((incomplete_bytes + $8))
  unlinked=$((unlinked + $9)) unlinked_bytes=$((unlinked_bytes + ${10}))
  errors=$((errors + ${11})) blobs=$((${12} - $1 - $3))
  fields="${report#*"$newline"},\"used_bytes_before\":$used"
  used=$((used - $2 - $4 - $6 - $8 - ${10}))
  fields="$fields,\"used_bytes\":$used,\"limit_bytes\":$limit,\"blobs\":$blobs"
  if [ "${11}" -gt 0 ]; then
    log error "a round of the janitor had errors" "$fields"
  elif [ $(($1 + $3 + $5 + $7 + $9)) -gt 0 ]; then
    log info "removed from the store" "$fields"
  fi
  [ "${13}" -le "$cramped" ] || log warning "the store is above its limit, and nothing more may go yet" "\"used_bytes\":$used,\"limit_bytes\":$limit"
  cramped=${13}
}

round() {
  trouble=
  for file in errors failed plan links used; do
    printf '' >"$WORK/$file"
  done 2>/dev/null || failed "cannot write to $WORK"
  clock
  serve
  measure
  judge
  carry_out "$WORK/plan"
  sweep
  carry_out "$WORK/links"
  # What did not fit into a batch goes in the next round.
  if awk -v batch="$BATCH" '$1 == "total" && $4 > batch { more = 1 } END { exit !more }' "$WORK/links"; then swept=; fi
  case $(awk 'END { print $1 }' "$WORK/plan" 2>/dev/null) in left) ;; *) failed "the plan is not whole: is $WORK full?" ;; esac
  tell
  read -r ended _ <"$UPTIME"
  took=$((${ended%%.*} - up))
  metrics || errors=$((errors + 1))
}

newline='
'
for setting in TTL_SECONDS MAX_BYTES INTERVAL HIGH LOW FULL MIN_AGE SMALL UPLOAD_AGE SWEEP_INTERVAL TAG_AGE BATCH METRICS_PORT; do
  value=
  eval "value=\$$setting"
  case $value in
    '' | *[!0-9]*)
      log error "a setting is no number" "\"setting\":\"$setting\""
      exit 2
      ;;
  esac
done

# It leads its own process group, as each container's first process does: whatever it started ends with it.
trap 'trap "" TERM; kill 0; exit 0' TERM INT

mkdir -p "$WORK" 2>/dev/null
log info "the janitor starts" "\"store\":\"$STORE\",\"ttl_seconds\":$TTL_SECONDS,\"max_bytes\":$MAX_BYTES,\"interval_seconds\":$INTERVAL,\"high_percent\":$HIGH,\"low_percent\":$LOW,\"full_percent\":$FULL,\"min_age_seconds\":$MIN_AGE,\"small_bytes\":$SMALL,\"upload_age_seconds\":$UPLOAD_AGE,\"tag_age_seconds\":$TAG_AGE,\"metrics_port\":$METRICS_PORT"
while :; do
  round
  [ "${1-}" != once ] || exit 0
  # A slow disk is not kept busy: nine tenths of the time it is left alone.
  sleep $((took * 9 > INTERVAL ? took * 9 : INTERVAL)) &
  wait $!
done
