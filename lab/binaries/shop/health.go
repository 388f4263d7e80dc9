// Whether a role does its work, as Kubernetes and the front door ask.
package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	checkSeconds = 2 * time.Second
	// Probes of several askers within this time share one answer: what is asked must not become load.
	sharedFor = 500 * time.Millisecond
)

type check struct {
	name string
	run  func(context.Context) error
}

// health answers /livez (the process runs), /healthz (all it depends on answers) and /readyz (it wants requests).
type health struct {
	checks []check
	// alone says that /readyz does not ask the checks: a front that is taken out with what is behind it helps nobody
	alone    bool
	draining atomic.Bool

	mutex sync.Mutex
	asked time.Time
	found error
}

func (h *health) register(mux *http.ServeMux) {
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { say(w, h.ask(r.Context())) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		switch {
		case h.draining.Load():
			say(w, fmt.Errorf("ending"))
		case h.alone:
			say(w, nil)
		default:
			say(w, h.ask(r.Context()))
		}
	})
}

func (h *health) ask(ctx context.Context) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if time.Since(h.asked) < sharedFor {
		return h.found
	}
	ctx, cancel := context.WithTimeout(ctx, checkSeconds)
	defer cancel()
	h.found = nil
	for _, one := range h.checks {
		if err := one.run(ctx); err != nil {
			h.found = fmt.Errorf("%s: %w", one.name, err)
			break
		}
	}
	h.asked = time.Now()
	return h.found
}

func say(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}
