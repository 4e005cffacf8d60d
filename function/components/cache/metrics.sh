#!/bin/sh
# Answers one HTTP request, from standard input to standard output, with the file of metrics that is its argument.
# nc starts it for each connection. Whoever sends nothing, or too slowly, is cut off after ten seconds or little more.
LC_ALL=C
export LC_ALL
set -f

newline='
'
return=$(printf '\r')

# Reads to the empty line that ends the head of a request, whether it comes in one piece or byte by byte: were anything left
# unread, the connection would be reset, and the answer perhaps lost. What is longer than any head is garbage.
request=
read -r started _ </proc/uptime
now=$started
while [ ${#request} -lt 8192 ] && [ $((${now%.*} - ${started%.*})) -lt 10 ]; do
  piece=$(timeout 5 dd bs=8192 count=1 2>/dev/null; echo x)
  piece=${piece%x}
  [ -n "$piece" ] || break
  request=$request$piece
  case $request in *"$newline$newline"* | *"$newline$return$newline"*) break ;; esac
  read -r now _ </proc/uptime
done

answer() { # status, content type, body
  printf 'HTTP/1.0 %s\r\nContent-Type: %s\r\nContent-Length: %s\r\nConnection: close\r\n\r\n' "$1" "$2" $((${#3} + 1))
  [ "$method" = HEAD ] || printf '%s\n' "$3"
}

line=${request%%"$newline"*}
# shellcheck disable=SC2086 # a request line is words
set -- "$1" ${line%"$return"}
method=${2-}
case ${4-} in
  HTTP/*) ;;
  *) method=none ;;
esac
case $method in
  GET | HEAD)
    case ${3-} in
      /metrics | /metrics\?*)
        if body=$(cat "$1" 2>/dev/null) && [ -n "$body" ]; then
          answer '200 OK' 'text/plain; version=0.0.4; charset=utf-8' "$body"
        else
          answer '503 Service Unavailable' text/plain 'no round is done yet'
        fi
        ;;
      *) answer '404 Not Found' text/plain 'only /metrics is here' ;;
    esac
    ;;
  none) answer '400 Bad Request' text/plain 'this is not HTTP' ;;
  *) answer '405 Method Not Allowed' text/plain 'only GET and HEAD are known' ;;
esac
