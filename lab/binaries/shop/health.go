// Whether a role does its work, as Kubernetes and the front door ask.
package main

import (
	"context"
	"errors"
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

// check is something that a role depends on. A role without one that is vital wants no requests: with a pod that is
// taken out because something less is missing, all that would still work is missing, too.
type check struct {
	name  string
	vital bool
	run   func(context.Context) error
}

// health answers /livez (the process runs), /healthz (all it depends on answers) and /readyz (it wants requests).
type health struct {
	checks   []check
	draining atomic.Bool

	mutex sync.Mutex
	asked time.Time
	found []error
}

func (h *health) register(mux *http.ServeMux) {
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { say(w, h.first(r.Context(), false)) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if h.draining.Load() {
			say(w, errors.New("ending"))
			return
		}
		say(w, h.first(r.Context(), true))
	})
}

// first returns the first failure, of all checks or only of the vital ones.
func (h *health) first(ctx context.Context, onlyVital bool) error {
	for number, err := range h.ask(ctx) {
		if err != nil && (h.checks[number].vital || !onlyVital) {
			return fmt.Errorf("%s: %w", h.checks[number].name, err)
		}
	}
	return nil
}

// ask makes all checks at once.
func (h *health) ask(ctx context.Context) []error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if time.Since(h.asked) < sharedFor {
		return h.found
	}
	// not the asker's context: others get the answer, too
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkSeconds)
	defer cancel()
	found := make([]error, len(h.checks))
	var waiting sync.WaitGroup
	for number, one := range h.checks {
		waiting.Go(func() { found[number] = one.run(ctx) })
	}
	waiting.Wait()
	h.found, h.asked = found, time.Now()
	return found
}

func say(w http.ResponseWriter, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}
