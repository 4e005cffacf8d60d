# Moves the recorded times by the jump that the clock made. Reads what stat prints (see blobs.awk), writes "time path". What was
# recorded since the last round, after the jump, is right already. Times are rounded, because each distinct one costs a process:
# to a minute, beyond a day to an hour.
#
# Settings: now, jump, elapsed (seconds since the last round).

NF == 6 && $6 ~ /^\.\/blobs\/[^\/]+\/[0-9a-f][0-9a-f]\/[0-9a-f]+(\/data)?$/ && $1 ~ /^[48]...$/ {
  time = $3 + 0
  if ($6 ~ /data$/ && $2 > time)
    time = $2 + 0
  if (time >= now - elapsed - 1 && time <= now)
    next
  time += jump
  if (time > now)
    time = now
  step = now - time < 86400 ? 60 : 3600
  printf "%.0f %s\n", time - time % step, $6
}
