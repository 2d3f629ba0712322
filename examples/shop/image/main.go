// Command shop is the example's whole application, each part of it a word on its command line:
//
//	shop serve      the web service: answers its version and what there is to buy
//	shop metrics    its sidecar: serves the numbers that the service leaves in a volume
//	shop migrate    its hook: brings the database to the schema that this version needs
//	shop database   the database, a pod of its own
//
// Environment: VERSION (baked into the image), DATABASE_URL, with which all but the sidecar reach or guard the database.
package main

import (
	"context"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// schemas that the versions need. All tags of this example are one build; elsewhere each has its own. A schema is only ever
// added to, because two versions work on it at the same time.
var schemas = map[string]int{"1.0.0": 1, "1.1.0": 2, "1.2.0": 2}

func main() {
	parts := map[string]func() error{
		"serve":    serve,
		"metrics":  serveMetrics,
		"migrate":  migrate,
		"database": serveDatabase,
	}
	word := ""
	if len(os.Args) == 2 {
		word = os.Args[1]
	}
	part, known := parts[word]
	if !known {
		log.Fatal("usage: shop serve | metrics | migrate | database")
	}
	if err := part(); err != nil {
		log.Fatal(err)
	}
}

// listen serves until it is told to stop, and then until every request has its answer.
func listen(address string, handler http.Handler) error {
	server := &http.Server{Addr: address, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	drained := make(chan error, 1)
	go func() {
		<-stop.Done()
		// Whoever sent the signal decides how long this may take.
		drained <- server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-drained
}
