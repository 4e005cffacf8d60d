# Chooses what goes from what may go. Reads the lines of blobs.awk, sorted by rank and time, and writes the plan: "reason bytes
# action path". Large blobs go first, the least recently used before the others, until the store is at low % of its limit. Small
# ones, manifests above all, are worth more than they weigh: they go only as far as high %. Where the store is still above full %,
# large blobs go that are too young otherwise: a full disk breaks every download, also of what is in the cache.
#
# Settings: used, limit, high, low, full, batch (so many blobs at most; the others in the next round).

BEGIN {
  evicting = limit > 0 && used * 100 > limit * high
}

$1 == 0 {
  used -= $4
  print "total", $4, $5, $6
  next
}

$1 == 1 {
  if (chosen++ < batch)
    print $3, $4, $5, $6
  next
}

$1 >= 2 && $1 <= 4 {
  if (!evicting || chosen >= batch)
    next
  if ($1 == 4 && !cramped && used * 100 > limit * full)
    cramped = 1
  if ($1 == 4 && !cramped)
    next
  if (used * 100 > limit * ($1 == 2 ? low : high)) {
    chosen++
    used -= $4
    print $3, $4, $5, $6
  }
  next
}

{ print $3, $4, $5, $6 }

END {
  print "left", used + 0, "bytes", (limit > 0 && used * 100 > limit * high && chosen < batch) ? 1 : 0
}
