// Orders in PostgreSQL: an order is acknowledged when it is committed, never before.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const writeSeconds = 4 * time.Second

type orders struct{ pool *pgxpool.Pool }

type order struct {
	Client   string `json:"client"`
	Sequence int64  `json:"sequence"`
	Product  int64  `json:"product_id"`
	Quantity int64  `json:"quantity"`
}

// openOrders makes a pool of sessions from the address in DATABASE_ADDRESS (host:port) and the login beside it.
func openOrders(ctx context.Context) (*orders, error) {
	settings, err := needed("DATABASE_ADDRESS", "DATABASE_NAME", "DATABASE_USER", "DATABASE_PASSWORD")
	if err != nil {
		return nil, err
	}
	place := url.URL{
		Scheme: "postgres",
		User:   url.UserPassword(settings["DATABASE_USER"], settings["DATABASE_PASSWORD"]),
		Host:   settings["DATABASE_ADDRESS"],
		Path:   settings["DATABASE_NAME"],
	}
	configuration, err := pgxpool.ParseConfig(place.String())
	if err != nil {
		return nil, err
	}
	configuration.MaxConns = 4
	configuration.ConnConfig.ConnectTimeout = 3 * time.Second
	pool, err := pgxpool.NewWithConfig(ctx, configuration)
	return &orders{pool}, err
}

func (o *orders) take(w http.ResponseWriter, r *http.Request) {
	var wanted order
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&wanted); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if wanted.Client == "" || wanted.Product < 1 || wanted.Quantity < 1 {
		http.Error(w, "an order needs client, sequence, product_id and quantity", http.StatusBadRequest)
		return
	}
	// not the request's context: a client that goes away must not end the transaction halfway to its commit
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), writeSeconds)
	defer cancel()
	id, err := o.write(ctx, wanted)
	if err != nil {
		http.Error(w, fmt.Sprintf("the order was not taken: %v", err), http.StatusServiceUnavailable)
		return
	}
	answerJSON(w, http.StatusCreated, map[string]int64{"id": id})
}

func (o *orders) write(ctx context.Context, wanted order) (id int64, err error) {
	err = pgx.BeginFunc(ctx, o.pool, func(tx pgx.Tx) error {
		const head = "insert into orders (client, sequence) values ($1, $2) returning id"
		if err := tx.QueryRow(ctx, head, wanted.Client, wanted.Sequence).Scan(&id); err != nil {
			return err
		}
		const line = `insert into order_items (order_id, product_id, quantity, price)
			select $1, id, $3, price from products where id = $2`
		done, err := tx.Exec(ctx, line, id, wanted.Product, wanted.Quantity)
		if err == nil && done.RowsAffected() == 0 {
			return fmt.Errorf("there is no product %d", wanted.Product)
		}
		return err
	})
	return id, err
}

// sequences tells how often each sequence number of a client is held: once, if all is well.
func (o *orders) sequences(w http.ResponseWriter, r *http.Request) {
	const query = "select sequence::text, count(*) from orders where client = $1 group by sequence"
	rows, err := o.pool.Query(r.Context(), query, r.URL.Query().Get("client"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	held := map[string]int64{}
	var sequence string
	var count int64
	_, err = pgx.ForEachRow(rows, []any{&sequence, &count}, func() error {
		held[sequence] = count
		return nil
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answerJSON(w, http.StatusOK, map[string]any{"sequences": held})
}

type summary struct {
	Orders int64 `json:"orders"`
	Last   int64 `json:"last"`
}

func (o *orders) summary(w http.ResponseWriter, r *http.Request) {
	var found summary
	// the statistics' count: this is asked every minute, and nobody needs it exact
	const query = `select (select reltuples from pg_class where oid = 'orders'::regclass)::bigint,
		coalesce((select max(id) from orders), 0)`
	if err := o.pool.QueryRow(r.Context(), query).Scan(&found.Orders, &found.Last); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	answerJSON(w, http.StatusOK, found)
}
