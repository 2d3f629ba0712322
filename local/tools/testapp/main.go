// Command testapp is the small web server of the local environment: it answers its version, and misbehaves on
// request, so that tests can show what its users see of it.
//
// Environment: VERSION (baked into the image), PORT (5000), ANSWER_STATUS (of /, 200), NEVER_READY (any value),
// FAIL_AFTER_SECONDS (ends with status 1 that long after its start), END_AFTER_SECONDS (with status 0), LISTEN_AFTER_SECONDS
// (opens its port that long after its start), FAIL_PERCENT (of /: so many answers are a 500), CUT_PERCENT (of /: so many end
// in the middle of their body), HANG_PERCENT (of /: so many are never answered), DELAY_MS (of /: each answer takes so long),
// CLOSE_AFTER_SECONDS (closes its port that long after its start, and lives on). Percentages may have decimals.
package main

import (
	"context"
	"errors"
	"log"
	"math"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	if seconds := number("FAIL_AFTER_SECONDS", 0); seconds > 0 {
		time.AfterFunc(time.Duration(seconds)*time.Second, func() { log.Fatal("failing, as FAIL_AFTER_SECONDS asks") })
	}
	if seconds := number("END_AFTER_SECONDS", 0); seconds > 0 {
		time.AfterFunc(time.Duration(seconds)*time.Second, func() { os.Exit(0) })
	}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	// gRPC comes without TLS here, as probes ask it.
	protocols.SetUnencryptedHTTP2(true)
	var sockets sync.WaitGroup
	server := &http.Server{
		Addr:              ":" + text("PORT", "5000"),
		Handler:           routes(&sockets),
		ReadHeaderTimeout: 10 * time.Second,
		Protocols:         &protocols,
	}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	select {
	case <-time.After(time.Duration(number("LISTEN_AFTER_SECONDS", 0)) * time.Second):
	case <-stop.Done():
	}
	if seconds := number("CLOSE_AFTER_SECONDS", 0); seconds > 0 {
		time.AfterFunc(time.Duration(seconds)*time.Second, func() { _ = server.Close() })
	}
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		<-stop.Done()
		// Waits for every request to be answered; whoever sent the signal decides how long that may take.
		if err := server.Shutdown(context.Background()); err != nil {
			log.Print(err)
		}
		sockets.Wait()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	<-drained
}

func routes(sockets *sync.WaitGroup) http.Handler {
	version := text("VERSION", "unknown")
	status := number("ANSWER_STATUS", http.StatusOK)
	fails, cuts, hangs := every("FAIL_PERCENT"), every("CUT_PERCENT"), every("HANG_PERCENT")
	delay := time.Duration(number("DELAY_MS", 0)) * time.Millisecond
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", counted(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(delay)
		if hangs() {
			<-r.Context().Done()
			return
		}
		if fails() {
			http.Error(w, "failed, as FAIL_PERCENT asks", http.StatusInternalServerError)
			return
		}
		if cuts() {
			cut(w)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Version", version)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(version + "\n"))
	}))
	mux.HandleFunc("GET /metrics", metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		if os.Getenv("NEVER_READY") != "" {
			http.Error(w, "not ready, as NEVER_READY asks", http.StatusServiceUnavailable)
		}
	})
	mux.HandleFunc("POST /grpc.health.v1.Health/Check", health)
	mux.HandleFunc("GET /fail", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "failed, as asked", http.StatusInternalServerError)
	})
	mux.HandleFunc("GET /slow", slow)
	mux.HandleFunc("POST /upload", upload)
	mux.HandleFunc("PUT /upload", upload)
	mux.HandleFunc("GET /events", events)
	mux.HandleFunc("GET /websocket", func(w http.ResponseWriter, r *http.Request) { echo(w, r, sockets) })
	return mux
}

// every tells of each call whether it is one of the percentage that a variable asks for, spread evenly.
func every(name string) func() bool {
	percent := 0.0
	if value := os.Getenv(name); value != "" {
		parsed, err := strconv.ParseFloat(value, 64)
		if err != nil {
			log.Fatalf("%s is no number: %s", name, value)
		}
		percent = parsed
	}
	// In thousandths of a percent, so that counting goes on exactly.
	share := int64(math.Round(percent * 1000))
	var calls atomic.Int64
	return func() bool {
		n := calls.Add(1)
		return n*share/100_000 > (n-1)*share/100_000
	}
}

// cut announces a body, sends the beginning of it, and closes the connection.
func cut(w http.ResponseWriter) {
	w.Header().Set("Content-Length", "1000")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write([]byte("cut off, as CUT_PERCENT asks"))
	// What is not flushed is never sent.
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func text(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func number(name string, fallback int) int {
	value := os.Getenv(name)
	if value == "" {
		return fallback
	}
	parsed, err := strconv.Atoi(value)
	if err != nil {
		log.Fatalf("%s is no whole number: %s", name, value)
	}
	return parsed
}
