// Products: what they are from PostgreSQL, how many there are from the warehouse in the other namespace.
package main

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/jackc/pgx/v5"
)

type products struct {
	orders   *orders
	stockURL string
}

type product struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Price string `json:"price"`
	Stock *int64 `json:"stock"`
}

func (p *products) show(w http.ResponseWriter, r *http.Request) {
	var found product
	const query = "select id, name, price::text from products where id::text = $1"
	err := p.orders.pool.QueryRow(r.Context(), query, r.PathValue("id")).Scan(&found.ID, &found.Name, &found.Price)
	if errors.Is(err, pgx.ErrNoRows) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	var counted level
	// a product can be shown while the warehouse does not answer
	if getJSON(r.Context(), fmt.Sprintf("%s/stock/%d", p.stockURL, found.ID), &counted) == nil {
		found.Stock = &counted.Quantity
	}
	answerJSON(w, http.StatusOK, found)
}
