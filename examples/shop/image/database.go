package main

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"

	"go.etcd.io/bbolt"
)

const databaseFile = "/data/shop.db"

var (
	productsBucket = []byte("products")
	metaBucket     = []byte("meta")
	schemaKey      = []byte("schema")
)

// serveDatabase keeps products in a file and answers over HTTP to whoever has the password of DATABASE_URL.
func serveDatabase() error {
	guard, err := databaseURL()
	if err != nil {
		return err
	}
	store, err := bbolt.Open(databaseFile, 0o600, nil)
	if err != nil {
		return fmt.Errorf("%s: %w", databaseFile, err)
	}
	defer store.Close()
	err = store.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{productsBucket, metaBucket} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /schema", func(w http.ResponseWriter, _ *http.Request) {
		_ = store.View(func(tx *bbolt.Tx) error {
			_, err := fmt.Fprint(w, schemaOf(tx))
			return err
		})
	})
	mux.HandleFunc("GET /products", func(w http.ResponseWriter, _ *http.Request) {
		products := map[string]json.RawMessage{}
		_ = store.View(func(tx *bbolt.Tx) error {
			return tx.Bucket(productsBucket).ForEach(func(key, value []byte) error {
				products[string(key)] = append([]byte(nil), value...)
				return nil
			})
		})
		_ = json.NewEncoder(w).Encode(products)
	})
	mux.HandleFunc("POST /schema/{to}", func(w http.ResponseWriter, r *http.Request) {
		migrateTo(store, w, r)
	})
	return listen(":5432", guarded(guard, mux))
}

// migrateTo writes the products of a schema, if the one before it is there: of two that migrate at once one is refused.
func migrateTo(store *bbolt.DB, w http.ResponseWriter, r *http.Request) {
	to, err := strconv.Atoi(r.PathValue("to"))
	var products map[string]json.RawMessage
	if err == nil {
		err = json.NewDecoder(r.Body).Decode(&products)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	err = store.Update(func(tx *bbolt.Tx) error {
		if from := schemaOf(tx); from != to-1 {
			return fmt.Errorf("the schema is %d, not %d", from, to-1)
		}
		for key, value := range products {
			if err := tx.Bucket(productsBucket).Put([]byte(key), value); err != nil {
				return err
			}
		}
		return tx.Bucket(metaBucket).Put(schemaKey, []byte(strconv.Itoa(to)))
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
	}
}

// schemaOf is 0 in an empty database.
func schemaOf(tx *bbolt.Tx) int {
	schema, _ := strconv.Atoi(string(tx.Bucket(metaBucket).Get(schemaKey)))
	return schema
}

// guarded answers /ready to everybody, and the rest to whoever has the password.
func guarded(guard *url.URL, next http.Handler) http.Handler {
	want, _ := guard.User.Password()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, has, _ := r.BasicAuth()
		switch {
		case r.URL.Path == "/ready":
		case subtle.ConstantTimeCompare([]byte(has), []byte(want)) == 1:
			next.ServeHTTP(w, r)
		default:
			http.Error(w, "wrong password", http.StatusUnauthorized)
		}
	})
}

func databaseURL() (*url.URL, error) {
	address, err := url.Parse(os.Getenv("DATABASE_URL"))
	// Not the error of the parser: it has the whole URL in it, and this goes to a log.
	if err != nil || address.Host == "" || address.User == nil {
		return nil, fmt.Errorf("DATABASE_URL is no http://USER:PASSWORD@HOST:PORT")
	}
	return address, nil
}
