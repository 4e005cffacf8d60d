# Tells what a round did. Reads "failed path" of what is still there, "error text", and the plan ("reason bytes action path") after
# them. Writes a line of numbers: count and bytes of each reason, errors, blobs in the
# store, and whether it is still above its limit; and a line of JSON fields that say the same.
#
# Settings: cap (so many digests are named).

function quoted(text,    character, i, result) {
  for (i = 1; i <= length(text) && i <= 300; i++) {
    character = substr(text, i, 1)
    if (character == "\"" || character == "\\")
      result = result "\\" character
    else if (character >= " " && character <= "~")
      result = result character
    else
      result = result "?"
  }
  return "\"" result "\""
}

BEGIN { reasons = split("expired evicted abandoned incomplete unlinked", reason, " ") }

$1 == "failed" {
  sub(/\/data$/, "", $2)
  failed[$2]
  next
}

$1 == "total" && $3 == "blobs" { blobs = $4 }
$1 == "left" { above = $4 }

$1 == "error" {
  sub(/^error /, "")
  if (errors++ < 5)
    texts = texts (texts == "" ? "" : ",") quoted($0)
  next
}

($1 == "expired" || $1 == "evicted" || $1 == "abandoned" || $1 == "incomplete" || $1 == "unlinked") && NF == 4 {
  if ($4 in failed)
    next
  count[$1]++
  bytes[$1] += $2
  if ($3 == "blob" && count[$1] <= cap) {
    split($4, part, "/")
    digests[$1] = digests[$1] (digests[$1] == "" ? "" : ",") "\"" part[3] ":" part[5] "\""
  }
}

END {
  for (i = 1; i <= reasons; i++) {
    r = reason[i]
    printf "%.0f %.0f ", count[r], bytes[r]
    if (count[r] > 0)
      json = json (json == "" ? "" : ",") "\"" r "\":{\"count\":" count[r] ",\"bytes\":" sprintf("%.0f", bytes[r]) \
        (digests[r] == "" ? "" : ",\"digests\":[" digests[r] "]") "}"
  }
  printf "%.0f %.0f %.0f\n", errors, blobs, above
  print "\"removed\":{" json "}" (errors > 0 ? ",\"errors\":[" texts "]" : "")
}
