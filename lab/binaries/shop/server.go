// An HTTP server that ends quickly and loses no answer.
package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"
)

const (
	address = ":8080"
	// how long requests are still taken after the signal: until then balancers have heard that this pod ends
	noticeTime = 400 * time.Millisecond
	drainTime  = 3 * time.Second
)

// serve answers until ctx is done. Then it reports "not ready", takes requests a moment longer, and returns as soon as
// the last one is answered.
func serve(ctx context.Context, mux *http.ServeMux, h *health) error {
	h.register(mux)
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	slog.Info("serving", "address", address)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	h.draining.Store(true)
	server.SetKeepAlivesEnabled(false)
	time.Sleep(noticeTime)
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return err
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	slog.Info("ended")
	return nil
}
