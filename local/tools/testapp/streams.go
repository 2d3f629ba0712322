package main

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

const eventInterval = 100 * time.Millisecond

// slow answers after ?seconds=N, or not at all if the client goes before.
func slow(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.ParseFloat(r.URL.Query().Get("seconds"), 64)
	if err != nil || seconds < 0 {
		http.Error(w, "seconds must be a number from 0", http.StatusBadRequest)
		return
	}
	select {
	case <-time.After(time.Duration(seconds * float64(time.Second))):
		_, _ = fmt.Fprintf(w, "after %g seconds\n", seconds)
	case <-r.Context().Done():
	}
}

// upload reads the body as it arrives, however slowly, and answers how many bytes it had.
func upload(w http.ResponseWriter, r *http.Request) {
	count, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, _ = fmt.Fprintln(w, count)
}

// events sends a numbered server-sent event each interval until the client goes, or after ?count=N.
func events(w http.ResponseWriter, r *http.Request) {
	limit, _ := strconv.Atoi(r.URL.Query().Get("count"))
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	controller := http.NewResponseController(w)
	ticker := time.NewTicker(eventInterval)
	defer ticker.Stop()
	for sent := 1; limit == 0 || sent <= limit; sent++ {
		_, _ = fmt.Fprintf(w, "data: %d\n\n", sent)
		if controller.Flush() != nil {
			return
		}
		select {
		case <-ticker.C:
		case <-r.Context().Done():
			return
		}
	}
}
