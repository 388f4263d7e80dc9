package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// record is what is known of a volume or snapshot; its id is the name of its folder.
type record struct {
	Size int64     `json:"size"`
	From string    `json:"from,omitempty"`
	Made time.Time `json:"made"`
}

// shelf keeps volumes, or snapshots: a folder each, with its record and its content.
type shelf struct {
	folder string
}

// isName says whether an id can be the name of a folder; those that begin with a dot are drafts.
func isName(id string) bool {
	return id != "" && !strings.HasPrefix(id, ".") && !strings.ContainsRune(id, '/')
}

func (s shelf) content(id string) string {
	return filepath.Join(s.folder, id, "content")
}

// find returns nil if nothing has this id.
func (s shelf) find(id string) (*record, error) {
	if !isName(id) {
		return nil, nil
	}
	text, err := os.ReadFile(filepath.Join(s.folder, id, "record.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := &record{}
	return found, json.Unmarshal(text, found)
}

// put makes the folder of an id, with a copy of another content or with none; what is half made is never found.
func (s shelf) put(id string, about record, from string) error {
	draft := filepath.Join(s.folder, "."+id)
	if err := os.RemoveAll(draft); err != nil {
		return err
	}
	if err := os.Mkdir(draft, 0o755); err != nil {
		return err
	}
	if err := fill(filepath.Join(draft, "content"), from); err != nil {
		return err
	}
	text, err := json.Marshal(about)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(draft, "record.json"), text, 0o644); err != nil {
		return err
	}
	return os.Rename(draft, filepath.Join(s.folder, id))
}

func fill(content, from string) error {
	if from == "" {
		if err := os.Mkdir(content, 0o777); err != nil {
			return err
		}
		// A pod may run as any user, and the process's mask has taken others' rights.
		return os.Chmod(content, 0o777)
	}
	return whileStill(from, func() error {
		said, err := exec.Command("cp", "--archive", "--reflink=auto", from, content).CombinedOutput()
		if err != nil {
			return fmt.Errorf("copy %s: %w: %s", from, err, said)
		}
		return nil
	})
}

func (s shelf) remove(id string) error {
	if !isName(id) {
		return nil
	}
	return os.RemoveAll(filepath.Join(s.folder, id))
}

func (s shelf) ids() ([]string, error) {
	entries, err := os.ReadDir(s.folder)
	if err != nil {
		return nil, err
	}
	found := []string{}
	for _, entry := range entries {
		if isName(entry.Name()) {
			found = append(found, entry.Name())
		}
	}
	return found, nil
}
