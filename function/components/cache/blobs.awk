# Judges each blob of the store: is it to go, may it go, was it read?
#
# Reads what stat prints of the blobs' directories and of what lies in them, in the order of find (a directory comes before its
# contents): mode in hexadecimal, atime, mtime, size, blocks, path. Writes "rank time reason bytes action path", in no order; the
# rank says in which order choose.awk is to see them. Keeps nothing but the blob at hand: memory does not grow with the store.
#
# When a blob was fetched is the mtime of its directory: it changes only when `data` is moved in. When it was last used is the later
# of atime and mtime of `data`. Under relatime a read moves the atime only where it is not later than the mtime, or a day old: so
# the mtime of whatever was read is moved behind its atime, and the next read is seen again. Under noatime nothing is ever seen to
# be read, and blobs leave in the order in which they came.
#
# Settings: now, ttl, min_age, small, upload_age, evicting (0 or 1).

function out(rank, time, reason, bytes, action, path) {
  printf "%d %.0f %s %.0f %s %s\n", rank, time, reason, bytes, action, path
}

function is_blob(path,    part, n) {
  n = split(path, part, "/")
  return n == 5 && path ~ /^\.\/blobs\/[a-z0-9]+([+._-][a-z0-9]+)*\/[0-9a-f][0-9a-f]\/[0-9a-f]+$/ \
    && length(part[5]) >= 32 && substr(part[5], 1, 2) == part[4]
}

# A time that lies in the future counts from now on. What was fetched while this very scan runs is not the future yet.
function past(time, path) {
  if (time <= now)
    return time
  if (time > now + 300)
    out(9, 0, "-", now, "date", path)
  return now
}

function finish(    newest) {
  if (directory == "")
    return
  fetched = past(fetched, directory)
  if (!has_data) {
    if (!others && now - fetched > min_age)
      out(8, fetched, "incomplete", bytes, "directory", directory)
    directory = ""
    return
  }
  blobs++
  used = past(atime > mtime ? atime : mtime, directory "/data")
  # In whole seconds a read in the second of the last mark cannot be told from none: it is marked once more. Marks are at whole
  # minutes, because each distinct one costs a process.
  if (atime >= mtime && atime <= now) {
    mark = atime - atime % 60 + 60
    out(9, 0, "-", mark < now ? mark : now, "mark", directory "/data")
  }
  newest = fetched > used ? fetched : used
  if (ttl > 0 && now - fetched > ttl) {
    expired += bytes
    out(1, fetched, "expired", bytes, "blob", directory)
  } else if (evicting) {
    if (now - newest > min_age)
      out(size < small ? 3 : 2, used, "evicted", bytes, "blob", directory)
    else if (now - newest > min_age / 10 && size >= small)
      out(4, used, "evicted", bytes, "blob", directory)
  }
  directory = ""
}

$1 == "end" {
  finish()
  out(0, 0, "total", expired, "blobs", blobs + 0)
  ended = 1
}

length($1) == 4 && substr($1, 1, 1) == "4" && NF == 6 && is_blob($6) {
  finish()
  directory = $6
  fetched = $3 + 0
  bytes = $5 * 512
  has_data = others = 0
  next
}

directory != "" && index($0, directory "/") {
  if (length($1) == 4 && substr($1, 1, 1) == "8" && NF == 6 && $6 == directory "/data") {
    has_data = 1
    atime = $2 + 0
    mtime = $3 + 0
    size = $4 + 0
    bytes += $5 * 512
  } else {
    others = 1
    # What the registry had not finished writing when it was killed.
    if (length($1) == 4 && substr($1, 1, 1) == "8" && NF == 6 && $6 ~ /\/data\.[0-9a-f-]+\.tmp$/ && now - $3 > upload_age)
      out(8, $3, "abandoned", $5 * 512, "file", $6)
  }
}
