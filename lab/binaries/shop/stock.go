// The role `stock`: the warehouse's own service, on MariaDB.
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-sql-driver/mysql"
)

const countingSeconds = 2 * time.Second

type stock struct{ database *sql.DB }

type level struct {
	Product  int64 `json:"product_id"`
	Quantity int64 `json:"quantity"`
}

type movement struct {
	Product  int64  `json:"product_id"`
	Quantity int64  `json:"quantity"`
	Reason   string `json:"reason"`
}

func runStock(ctx context.Context, _ []string) error {
	database, err := openStock()
	if err != nil {
		return err
	}
	defer database.Close()
	s := &stock{database}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stock/{id}", s.show)
	mux.HandleFunc("POST /movements", s.move)
	counted := make(chan struct{})
	go func() { defer close(counted); s.countForEver(ctx) }()
	err = serve(ctx, mux, &health{checks: []check{{"MariaDB", true, database.PingContext}}})
	<-counted
	return err
}

func openStock() (*sql.DB, error) {
	settings, err := needed("DATABASE_ADDRESS", "DATABASE_NAME", "DATABASE_USER", "DATABASE_PASSWORD")
	if err != nil {
		return nil, err
	}
	configuration := mysql.NewConfig()
	configuration.Net, configuration.Addr = "tcp", settings["DATABASE_ADDRESS"]
	configuration.DBName = settings["DATABASE_NAME"]
	configuration.User, configuration.Passwd = settings["DATABASE_USER"], settings["DATABASE_PASSWORD"]
	configuration.Timeout = 3 * time.Second
	connector, err := mysql.NewConnector(configuration)
	if err != nil {
		return nil, err
	}
	database := sql.OpenDB(connector)
	database.SetMaxOpenConns(4)
	return database, nil
}

func (s *stock) show(w http.ResponseWriter, r *http.Request) {
	var found level
	const query = "select product_id, quantity from stock_levels where product_id = ?"
	err := s.database.QueryRowContext(r.Context(), query, r.PathValue("id")).Scan(&found.Product, &found.Quantity)
	if errors.Is(err, sql.ErrNoRows) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answerJSON(w, http.StatusOK, found)
}

func (s *stock) move(w http.ResponseWriter, r *http.Request) {
	var wanted movement
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&wanted); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := s.write(context.WithoutCancel(r.Context()), wanted); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answerJSON(w, http.StatusCreated, wanted)
}

// write adds a movement; a trigger of the database changes the level.
func (s *stock) write(ctx context.Context, wanted movement) error {
	ctx, cancel := context.WithTimeout(ctx, writeSeconds)
	defer cancel()
	const statement = "insert into movements (product_id, quantity, reason) values (?, ?, ?)"
	_, err := s.database.ExecContext(ctx, statement, wanted.Product, wanted.Quantity, wanted.Reason)
	return err
}

// countForEver writes now and then as people in a warehouse do, until ctx is done.
func (s *stock) countForEver(ctx context.Context) {
	ticker := time.NewTicker(countingSeconds)
	defer ticker.Stop()
	for product := int64(1); ; product = product%100 + 1 {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := s.write(context.WithoutCancel(ctx), movement{product, 1, "count"}); err != nil {
				slog.Warn("a movement was not written", "error", err.Error())
			}
		}
	}
}
