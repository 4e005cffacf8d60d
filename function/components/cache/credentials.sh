#!/bin/sh
# The credential helper of a Cache (proxy.exec.command), in the protocol of docker-credential-helpers: asked for `get`, with the
# server's name on standard input, it answers with what the mounted Secret holds at this moment. So a Secret that was changed is
# taken up without a restart, and a Cache that has none starts, anonymously, while its upstream is down.
LC_ALL=C
export LC_ALL

folder=${UPSTREAM_CREDENTIALS:-/etc/registry-upstream}

if [ "${1-}" != get ]; then
  echo "only get is supported"
  exit 1
fi
SERVER=$(cat)
export SERVER

# Values reach awk as files and through its environment: an assignment on its command line would read backslashes as escapes.
# Characters are looked up one by one, because the replacement of gsub means other things in each awk.
answer() {
  awk '
    function content(file,    line, text, lines, status) {
      while ((status = (getline line < file)) > 0)
        text = lines++ ? text "\n" line : line
      close(file)
      if (status < 0)
        exit 2
      sub(/[\r\n]+$/, "", text)
      return text
    }
    function quoted(text,    character, i, result) {
      for (i = 1; i <= length(text); i++) {
        character = substr(text, i, 1)
        result = result (character in escape ? escape[character] : character)
      }
      return "\"" result "\""
    }
    BEGIN {
      for (i = 1; i < 32; i++)
        escape[sprintf("%c", i)] = sprintf("\\u%04x", i)
      escape["\""] = "\\\""
      escape["\\"] = "\\\\"
      username = content(ARGV[1])
      password = content(ARGV[2])
      if (username == "" || password == "")
        exit 3
      print "{\"ServerURL\":" quoted(ENVIRON["SERVER"]) ",\"Username\":" quoted(username) ",\"Secret\":" quoted(password) "}"
    }' "$1/username" "$1/password" 2>/dev/null
}

# kubelet replaces a Secret by moving one symbolic link, ..data. Read behind it, the name and the password belong together; where
# the link moves in between, what it led to is gone, and the next attempt finds the new one.
for _ in 1 2 3; do
  pair=$(cd -P "$folder/..data" 2>/dev/null && pwd) || pair=$folder
  answer "$pair" && exit 0
done

# The one text that the registry's client takes for "there are none" rather than for a failure.
echo "credentials not found in native keychain"
exit 1
