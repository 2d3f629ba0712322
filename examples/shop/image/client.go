package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"
)

type product struct {
	Name string `json:"name"`
	// Since schema 2.
	Cents int `json:"cents,omitempty"`
}

// migrations by the schema that they lead to.
var migrations = map[int]map[string]product{
	1: {"apple": {Name: "Apple"}, "pear": {Name: "Pear"}},
	2: {"apple": {Name: "Apple", Cents: 40}, "pear": {Name: "Pear", Cents: 60}},
}

// database is what the service knows of it: where it is.
type database struct {
	address *url.URL
	client  http.Client
}

func openDatabase() (*database, error) {
	address, err := databaseURL()
	if err != nil {
		return nil, err
	}
	return &database{address: address, client: http.Client{Timeout: 5 * time.Second}}, nil
}

func (d *database) call(method, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequest(method, d.address.JoinPath(path).String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s %s: no such request", method, path)
	}
	answer, err := d.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the database at %s: %w", d.address.Host, withoutURL(err))
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the database at %s answers %s %s with %d: %s", d.address.Host, method, path, answer.StatusCode, bytes.TrimSpace(text))
	}
	return text, nil
}

func (d *database) schema() (int, error) {
	text, err := d.call("GET", "schema", nil)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(text))
}

func (d *database) products() (map[string]product, error) {
	text, err := d.call("GET", "products", nil)
	if err != nil {
		return nil, err
	}
	var products map[string]product
	return products, json.Unmarshal(text, &products)
}

// migrate goes from the schema that is there to the one that this version needs; none is left out, and none undone.
func migrate() error {
	db, err := openDatabase()
	if err != nil {
		return err
	}
	version := os.Getenv("VERSION")
	for {
		schema, err := db.schema()
		if err != nil {
			return err
		}
		if schema >= schemas[version] {
			log.Printf("the database has schema %d, %s needs %d", schema, version, schemas[version])
			return nil
		}
		body, err := json.Marshal(migrations[schema+1])
		if err != nil {
			return err
		}
		if _, err := db.call("POST", fmt.Sprintf("schema/%d", schema+1), body); err != nil {
			return err
		}
		log.Printf("migrated from schema %d to %d", schema, schema+1)
	}
}

// withoutURL is the reason alone: the URL in front of it has the password.
func withoutURL(err error) error {
	if failed, ok := err.(*url.Error); ok {
		return failed.Err
	}
	return err
}
