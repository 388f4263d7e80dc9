// The role `journal`: a StatefulSet's pod that appends to a file on its own volume.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

const journalSeconds = time.Second

func runJournal(ctx context.Context, _ []string) error {
	path := filepath.Join(settingOr("JOURNAL_FOLDER", "/data"), "journal.log")
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return err
	}
	defer file.Close()
	var last atomic.Value
	last.Store(appendLine(file))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /journal", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) })
	written := make(chan struct{})
	go func() {
		defer close(written)
		ticker := time.NewTicker(journalSeconds)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				last.Store(appendLine(file))
			}
		}
	}()
	ask := func(context.Context) error { return last.Load().(outcome).err }
	err = serve(ctx, mux, &health{checks: []check{{"volume", true, ask}}})
	<-written
	return err
}

// outcome is an error that an atomic value can hold also when there is none.
type outcome struct{ err error }

func appendLine(file *os.File) outcome {
	line := fmt.Sprintf("%s %s\n", time.Now().UTC().Format(time.RFC3339Nano), os.Getenv("HOSTNAME"))
	if _, err := file.WriteString(line); err != nil {
		return outcome{err}
	}
	return outcome{file.Sync()}
}
