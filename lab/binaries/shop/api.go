// The role `api`: orders in PostgreSQL, pictures from the bucket, uploads on the shared volume.
package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
)

func runAPI(ctx context.Context, _ []string) error {
	orders, err := openOrders(ctx)
	if err != nil {
		return err
	}
	defer orders.pool.Close()
	pictures, err := newPictures()
	if err != nil {
		return err
	}
	uploads := &uploads{folder: settingOr("UPLOADS_FOLDER", "/uploads")}
	products := &products{orders: orders, stockURL: os.Getenv("STOCK_URL")}

	mux := http.NewServeMux()
	mux.HandleFunc("POST /orders", orders.take)
	mux.HandleFunc("GET /orders/sequences", orders.sequences)
	mux.HandleFunc("GET /orders/summary", orders.summary)
	mux.HandleFunc("GET /products/{id}", products.show)
	mux.HandleFunc("GET /products/{id}/picture", pictures.show)
	mux.HandleFunc("POST /uploads/{name}", uploads.take)
	mux.HandleFunc("GET /uploads/{name}", uploads.show)
	return serve(ctx, mux, &health{checks: []check{
		{"PostgreSQL", true, orders.pool.Ping},
		{"pictures", false, pictures.ask},
		{"uploads", true, uploads.ask},
	}})
}

func answerJSON(w http.ResponseWriter, status int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// a client that is gone has no use for the rest
	_ = json.NewEncoder(w).Encode(document)
}
