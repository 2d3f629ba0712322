package main

import (
	"context"
	"net/http"
	"sync"

	"github.com/coder/websocket"
)

const maximumMessage = 1 << 20

// echo sends each message back until the client closes; the library answers pings and the close. It counts as a socket
// while it runs, because the server's shutdown does not wait for connections that were taken from it.
func echo(w http.ResponseWriter, r *http.Request, sockets *sync.WaitGroup) {
	sockets.Add(1)
	defer sockets.Done()
	connection, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // It has answered the client what is wrong.
	}
	defer connection.CloseNow()
	connection.SetReadLimit(maximumMessage)
	for {
		kind, message, err := connection.Read(context.Background())
		if err != nil {
			return
		}
		if connection.Write(context.Background(), kind, message) != nil {
			return
		}
	}
}
