# Finds what the registry leaves in repositories/: uploads that nobody goes on with, and links whose blob is gone.
#
# Reads the paths of all blobs, one a line, then what stat prints of the repositories (see blobs.awk), an upload's directory before
# its contents. Writes a plan: "reason bytes action path".
#
# A link is written after its blob, and anew with each fetch, so one that is older than min_age and has no blob leads nowhere: the
# registry asks upstream whether it is there or not. A tag is kept longer, for tag_age since it was last looked up: with upstream
# down, a tag that leads nowhere answers "try again" (500), an unknown one "there is no such image" (404).
#
# Settings: now, min_age, upload_age, tag_age, batch.

function out(reason, bytes, action, path) {
  if (reason != "-")
    written++
  if (written <= batch)
    print reason, bytes, action, path
}

# The first digits are enough to tell blobs apart, and a third of the memory. Two that are taken for one keep a link.
function known(digest) {
  return substr(digest, 1, 24) in blobs
}

function finish() {
  if (upload != "" && !strange && now - changed > upload_age)
    out("abandoned", bytes, "tree", upload)
  upload = ""
}

function parent(path, levels) {
  while (levels-- > 0)
    sub(/\/[^\/]*$/, "", path)
  return path
}

function tag(path,    digest, name) {
  if (now - $3 <= tag_age)
    return
  if ((getline digest < path) <= 0)
    digest = ""
  close(path)
  sub(/^[a-z0-9+._-]+:/, "", digest)
  if (digest !~ /^[0-9a-f]+$/ || length(digest) < 32 || known(digest))
    return
  out("unlinked", $5 * 512, "file", path)
  # A tag may also have an index of the digests that it had: its directories go when that is empty.
  name = parent(path, 2)
  emptied[++tags] = parent(path, 1)
  emptied[++tags] = name "/index/sha256"
  emptied[++tags] = name "/index/sha512"
  emptied[++tags] = name "/index"
  emptied[++tags] = name
}

NF == 1 && $1 ~ /^\.\/blobs\/[^\/]+\/[0-9a-f][0-9a-f]\/[0-9a-f]+\/data$/ {
  sub(/\/data$/, "")
  sub(/^.*\//, "")
  blobs[substr($0, 1, 24)]
  next
}

$1 == "end" {
  finish()
  for (i = 1; i <= tags; i++)
    out("-", 0, "directory", emptied[i])
  print "total", 0, "links", written + 0
}

NF != 6 || $6 !~ /^\.\/repositories\/[a-z0-9._\/-]+$/ {
  # Whatever lies within an upload and is not known: it is not for us to remove.
  if (upload != "" && index($0, upload "/"))
    strange = 1
  next
}

length($1) == 4 && substr($1, 1, 1) == "4" && $6 ~ /\/_uploads\/[0-9a-f-]+$/ {
  finish()
  upload = $6
  changed = $3 + 0
  bytes = $5 * 512
  strange = 0
  next
}

upload != "" && index($6, upload "/") == 1 {
  bytes += $5 * 512
  if ($3 > changed)
    changed = $3 + 0
  if (substr($6, length(upload) + 1) !~ /^\/(data|startedat|hashstates(\/[a-z0-9]+(\/[0-9]+)?)?)$/ || $1 !~ /^[48]...$/)
    strange = 1
  next
}

length($1) != 4 || substr($1, 1, 1) != "8" { next }

$6 ~ /\/link\.[0-9a-f-]+\.tmp$/ {
  if (now - $3 > upload_age)
    out("abandoned", $5 * 512, "file", $6)
  next
}

$6 ~ /\/_manifests\/tags\/[^\/]+\/current\/link$/ {
  tag($6)
  next
}

$6 ~ /\/(_layers|_manifests\/revisions|_manifests\/tags\/[^\/]+\/index)\/[a-z0-9+._-]+\/[0-9a-f]+\/link$/ {
  digest = parent($6, 1)
  sub(/^.*\//, "", digest)
  if (length(digest) >= 32 && now - $3 > min_age && !known(digest)) {
    out("unlinked", $5 * 512, "file", $6)
    out("-", 0, "directory", parent($6, 1))
  }
}
