package main

import (
	"fmt"
	"net/http"
	"sync/atomic"
)

// metrics counts answers of / by their status, for Prometheus: http_requests_total{code="200"}.
type metrics struct{ ok, failed atomic.Int64 }

// counted lets requests through and counts how those to / were answered. An answer that is broken off counts for none.
func (m *metrics) counted(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next(seen, r)
		if seen.status >= http.StatusInternalServerError {
			m.failed.Add(1)
		} else {
			m.ok.Add(1)
		}
	}
}

// ServeHTTP writes both counters: one that is missing before the first failure would look like a name that is mistyped.
func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	_, _ = fmt.Fprintf(w, "# TYPE http_requests_total counter\nhttp_requests_total{code=\"200\"} %d\nhttp_requests_total{code=\"500\"} %d\n",
		m.ok.Load(), m.failed.Load())
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap gives http.ResponseController what it flushes.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
