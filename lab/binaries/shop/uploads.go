// Uploads on a volume that all pods of the API share.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
)

const largestUpload = 8 << 20

var uploadName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

type uploads struct{ folder string }

func (u *uploads) take(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if !uploadName.MatchString(name) {
		http.Error(w, "this is no name for an upload", http.StatusBadRequest)
		return
	}
	size, err := u.write(name, http.MaxBytesReader(w, r.Body, largestUpload))
	if err != nil {
		http.Error(w, fmt.Sprintf("the upload was not kept: %v", err), http.StatusServiceUnavailable)
		return
	}
	answerJSON(w, http.StatusCreated, map[string]any{"name": name, "bytes": size})
}

// write keeps an upload: it is on the disk, under its name and whole, before anybody is told so.
func (u *uploads) write(name string, content io.Reader) (size int64, err error) {
	draft, err := os.CreateTemp(u.folder, ".upload-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(draft.Name())
	if size, err = io.Copy(draft, content); err != nil {
		return 0, errors.Join(err, draft.Close())
	}
	if err = draft.Sync(); err != nil {
		return 0, errors.Join(err, draft.Close())
	}
	if err = draft.Close(); err != nil {
		return 0, err
	}
	return size, os.Rename(draft.Name(), filepath.Join(u.folder, name))
}

func (u *uploads) show(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if !uploadName.MatchString(name) {
		http.NotFound(w, r)
		return
	}
	http.ServeFileFS(w, r, os.DirFS(u.folder), name)
}

func (u *uploads) ask(context.Context) error {
	state, err := os.Stat(u.folder)
	if err == nil && !state.IsDir() {
		return &fs.PathError{Op: "open", Path: u.folder, Err: errors.New("is no folder")}
	}
	return err
}
