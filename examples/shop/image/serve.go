package main

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

const (
	configFile  = "/etc/shop/shop.conf"
	metricsFile = "/var/lib/shop/metrics"
	refresh     = time.Second
)

// page is what everybody gets until it is made anew: no request waits for the database.
type page struct{ text []byte }

// serve answers the page, and is ready once the database has the schema that this version needs.
func serve() error {
	db, err := openDatabase()
	if err != nil {
		return err
	}
	version := os.Getenv("VERSION")
	title, err := titleIn(configFile)
	if err != nil {
		return err
	}
	var current atomic.Pointer[page]
	var requests atomic.Int64
	go func() {
		for ; ; time.Sleep(refresh) {
			text, err := pageOf(db, version, title)
			if err == nil {
				current.Store(&page{text})
				err = writeMetrics(requests.Load())
			}
			// What was there before goes on being served.
			if err != nil {
				log.Print(err)
			}
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		made := current.Load()
		if made == nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Version", version)
		_, _ = w.Write(made.text)
	})
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		if current.Load() == nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
		}
	})
	return listen(":8080", mux)
}

func pageOf(db *database, version, title string) ([]byte, error) {
	schema, err := db.schema()
	if err != nil {
		return nil, err
	}
	if schema < schemas[version] {
		return nil, fmt.Errorf("the database has schema %d, %s needs %d", schema, version, schemas[version])
	}
	products, err := db.products()
	if err != nil {
		return nil, err
	}
	lines := []string{}
	for _, one := range products {
		line := one.Name
		if schemas[version] >= 2 {
			line += fmt.Sprintf(" %d.%02d", one.Cents/100, one.Cents%100)
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return []byte(fmt.Sprintf("shop %s\n%s\n%s\n", version, title, strings.Join(lines, "\n"))), nil
}

// titleIn reads `title = …`.
func titleIn(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if key, value, found := strings.Cut(line, "="); found && strings.TrimSpace(key) == "title" {
			return strings.TrimSpace(value), nil
		}
	}
	return "", errors.New(file + " has no title")
}

// writeMetrics never leaves half a file behind: the sidecar may read at any time.
func writeMetrics(requests int64) error {
	text := fmt.Sprintf("# TYPE shop_requests_total counter\nshop_requests_total %d\n", requests)
	if err := os.WriteFile(metricsFile+".new", []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(metricsFile+".new", metricsFile)
}

// serveMetrics is the sidecar: it knows the volume, and neither the service nor the database.
func serveMetrics() error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /live", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, metricsFile)
	})
	return listen(":9100", mux)
}
