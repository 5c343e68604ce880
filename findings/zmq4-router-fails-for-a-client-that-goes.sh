#!/usr/bin/env bash
# go-zeromq/zmq4 0.17.0: a ROUTER's Send fails while the client that it is for goes.
#
# A ROUTER drops what is for a client that it does not know, and says nothing, unless
# ZMQ_ROUTER_MANDATORY is set: so does libzmq, while the client is there, goes and is
# gone. The ROUTER in Go drops it too once the client is forgotten; but in the moment
# before, Send returns the connection's error, though nothing is wrong with the socket
# and its other clients. A server that ends at an error of Send ends when a client leaves
# early. Jupyter's server is such a client: it sends a new kernel the same question every
# half second, and closes at the first answer.
#
# Seen on linux/amd64, 200 clients that ask and close, each answered 100 times: errors for
# some of the clients in Go, none with pyzmq 27.1.0 (libzmq 4.3.5). The script fails when
# that changes. Needs go and python3; works in a temporary folder.
set -euo pipefail
dir=$(mktemp -d)
trap '[ $? = 0 ] || cat "$dir/err" >&2; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir"
go mod init router 2>>"$dir/err"
cat >main.go <<'G'
package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-zeromq/zmq4"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	router := zmq4.NewRouter(context.Background())
	must(router.Listen("tcp://127.0.0.1:0"))
	failed, words := 0, ""
	for range 200 {
		client := zmq4.NewDealer(context.Background())
		must(client.Dial("tcp://" + router.Addr().String()))
		must(client.Send(zmq4.NewMsgString("question")))
		asked, err := router.Recv()
		must(err)
		go client.Close()
		first := error(nil)
		for range 100 {
			if err := router.Send(zmq4.NewMsgFrom(asked.Frames[0], []byte("answer"))); err != nil && first == nil {
				first = err
			}
		}
		if first != nil {
			failed++
			words = first.Error()
		}
	}
	fmt.Printf("Go: Send failed for %d of 200 clients, one with: %s\n", failed, words[strings.LastIndex(words, ": ")+1:])
}
G
go get github.com/go-zeromq/zmq4@v0.17.0 2>>"$dir/err"
go mod tidy 2>>"$dir/err"
go run . | tee said
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pyzmq==27.1.0
env/bin/python - <<'P' | tee -a said
import zmq
context = zmq.Context()
router = context.socket(zmq.ROUTER)
port = router.bind_to_random_port("tcp://127.0.0.1")
failed = 0
for _ in range(200):
    client = context.socket(zmq.DEALER)
    client.linger = 0
    client.connect(f"tcp://127.0.0.1:{port}")
    client.send(b"question")
    who, _ = router.recv_multipart()
    client.close()
    try:
        for _ in range(100):
            router.send_multipart([who, b"answer"])
    except zmq.ZMQError:
        failed += 1
print(f"libzmq {zmq.zmq_version()}: failed for {failed} of 200 clients")
P
grep -q '^Go: Send failed for [1-9]' said
grep -q '^libzmq .*: failed for 0 of 200 clients$' said
