package main

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// bounds of the histogram's buckets, in seconds.
var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5}

// What counted() has seen since the process began.
var seen = struct {
	sync.Mutex
	requests, failures int
	buckets            []int
}{buckets: make([]int, len(bounds))}

// counted counts a handler's requests, those that it fails, and how long they take.
func counted(handle http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		// A handler that cuts its answer off panics.
		defer func() {
			took := time.Since(began).Seconds()
			seen.Lock()
			defer seen.Unlock()
			seen.requests++
			if recorder.status >= 500 {
				seen.failures++
			}
			for index, bound := range bounds {
				if took <= bound {
					seen.buckets[index]++
				}
			}
		}()
		handle(recorder, r)
	}
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what is recorded.
func (r *statusRecorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// metrics answers in Prometheus' text format.
func metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	seen.Lock()
	defer seen.Unlock()
	fmt.Fprintf(w, "# TYPE http_requests_total counter\nhttp_requests_total %d\n", seen.requests)
	fmt.Fprintf(w, "# TYPE http_failures_total counter\nhttp_failures_total %d\n", seen.failures)
	fmt.Fprintln(w, "# TYPE http_request_duration_seconds histogram")
	for index, bound := range bounds {
		fmt.Fprintf(w, "http_request_duration_seconds_bucket{le=\"%g\"} %d\n", bound, seen.buckets[index])
	}
	fmt.Fprintf(w, "http_request_duration_seconds_bucket{le=\"+Inf\"} %d\n", seen.requests)
	fmt.Fprintf(w, "http_request_duration_seconds_count %d\n", seen.requests)
}
