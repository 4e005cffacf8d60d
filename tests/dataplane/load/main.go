// Load pulls from, or pushes to, a registry with a number of clients for some time, and prints as JSON how long
// it went on, and how long each pull or push took:
// load -url http://host:5000 -do pull|push -clients 8 -seconds 5 -size 100000
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

var (
	url     = flag.String("url", "", "the registry")
	do      = flag.String("do", "pull", "pull or push")
	clients = flag.Int("clients", 8, "how many at once")
	seconds = flag.Float64("seconds", 5, "for how long")
	size    = flag.Int("size", 100000, "bytes of a blob")
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func ask(client *http.Client, method, target string, body []byte, status int) *http.Response {
	request, err := http.NewRequest(method, target, bytes.NewReader(body))
	check(err)
	if body != nil {
		request.Header.Set("Content-Type", "application/octet-stream")
	}
	answer, err := client.Do(request)
	check(err)
	_, err = io.Copy(io.Discard, answer.Body)
	check(err)
	answer.Body.Close()
	if answer.StatusCode != status {
		check(fmt.Errorf("%s %s: %s", method, target, answer.Status))
	}
	return answer
}

func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func push(client *http.Client, content []byte) {
	location := ask(client, "POST", *url+"/v2/load/blobs/uploads/", nil, 202).Header.Get("Location")
	if strings.HasPrefix(location, "/") {
		location = *url + location
	}
	ask(client, "PUT", location+"&digest="+digest(content), content, 201)
}

func main() {
	flag.Parse()
	transport := &http.Transport{MaxIdleConnsPerHost: *clients, DisableCompression: true}
	client := &http.Client{Transport: transport}
	shared := make([]byte, *size)
	rand.New(rand.NewSource(1)).Read(shared)
	push(client, shared)
	var lock sync.Mutex
	var took []float64
	var wait sync.WaitGroup
	begun := time.Now()
	end := begun.Add(time.Duration(*seconds * float64(time.Second)))
	for number := 0; number < *clients; number++ {
		wait.Add(1)
		go func(number int) {
			defer wait.Done()
			content := append([]byte(nil), shared...)
			for round := int64(0); time.Now().Before(end); round++ {
				copy(content, fmt.Sprintf("%d %d %d", begun.UnixNano(), number, round))
				start := time.Now()
				if *do == "push" {
					push(client, content)
				} else {
					ask(client, "GET", *url+"/v2/load/blobs/"+digest(shared), nil, 200)
				}
				lock.Lock()
				took = append(took, time.Since(start).Seconds())
				lock.Unlock()
			}
		}(number)
	}
	wait.Wait()
	lasted := time.Since(begun).Seconds()
	check(json.NewEncoder(os.Stdout).Encode(map[string]any{"seconds": lasted, "took": took}))
}
