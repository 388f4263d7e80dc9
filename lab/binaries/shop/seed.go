// The role `seed`: fills a volume once, with all that file systems hold.
package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

const (
	seededMark = ".seeded"
	plainFiles = 300
	bigBytes   = 20 << 20
)

// a time long past: what is copied must keep it
var oldTime = time.Date(1999, 12, 31, 23, 59, 58, 0, time.UTC)

var oddNames = []string{
	"with space", "ümlaut-日本語", "quote'and\"double", "star*and?mark", "-dash-first", "back\\slash", "new\nline", "percent%20plus+",
	".hidden", "latin1-caf\xe9", "trailing ", "dollar$HOME", "semi;colon|pipe&", "tab\there",
}

// runSeed fills a folder, unless that was done: a volume that comes from a backup stays as it is.
func runSeed(_ context.Context, arguments []string) error {
	if len(arguments) != 1 {
		return errors.New("usage: shop seed FOLDER")
	}
	folder := arguments[0]
	if _, err := os.Stat(filepath.Join(folder, seededMark)); err == nil {
		slog.Info("seeded already", "folder", folder)
		return nil
	}
	began := time.Now()
	for _, step := range []func(string) error{plain, odd, linked, owned, big} {
		if err := step(folder); err != nil {
			return err
		}
	}
	slog.Info("seeded", "folder", folder, "seconds", time.Since(began).Seconds())
	return os.WriteFile(filepath.Join(folder, seededMark), nil, 0o644)
}

func plain(folder string) error {
	for number := range plainFiles {
		name := fmt.Sprintf("archive/%02d/%03d.dat", number%12, number)
		// sizes from nothing to some blocks
		if err := write(folder, name, number*53, 0o644); err != nil {
			return err
		}
	}
	return os.MkdirAll(filepath.Join(folder, "archive", "empty folder"), 0o755)
}

func odd(folder string) error {
	for _, name := range oddNames {
		if err := write(folder, filepath.Join("odd", name), len(name), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func linked(folder string) error {
	if err := write(folder, "links/file", 4096, 0o644); err != nil {
		return err
	}
	links := map[string]string{"relative": "file", "upwards": "../archive/00/000.dat", "absolute": "/etc/hostname", "dangling": "nowhere"}
	for name, target := range links {
		if err := replace(filepath.Join(folder, "links", name), func(path string) error { return os.Symlink(target, path) }); err != nil {
			return err
		}
	}
	hard := func(path string) error { return os.Link(filepath.Join(folder, "links", "file"), path) }
	return replace(filepath.Join(folder, "links", "hard"), hard)
}

func owned(folder string) error {
	kept := []struct {
		name     string
		mode     fs.FileMode
		uid, gid int
	}{
		{"private.key", 0o600, 1000, 1000},
		{"read-only", 0o444, 0, 0},
		{"script.sh", 0o755, 2000, 3000},
		{"group", 0o660, 65534, 999},
		{"setgid", 0o755, 1000, 2000},
	}
	for _, one := range kept {
		path := filepath.Join(folder, "owned", one.name)
		if err := write(folder, filepath.Join("owned", one.name), 100, one.mode); err != nil {
			return err
		}
		if err := os.Chown(path, one.uid, one.gid); err != nil {
			return err
		}
		if err := os.Chtimes(path, oldTime, oldTime); err != nil {
			return err
		}
	}
	// the bit that a change of owner would take away again
	if err := os.Chmod(filepath.Join(folder, "owned", "setgid"), 0o755|fs.ModeSetgid); err != nil {
		return err
	}
	return os.Chmod(filepath.Join(folder, "owned"), 0o775|fs.ModeSetgid|fs.ModeSticky)
}

func big(folder string) error { return write(folder, "big.bin", bigBytes, 0o644) }

// write makes a file whose content follows from its name and size, so that it is the same in every lab.
func write(folder, name string, size int, mode fs.FileMode) error {
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	var start [32]byte
	copy(start[:], name)
	content := make([]byte, size)
	if _, err := rand.NewChaCha8(start).Read(content); err != nil {
		return err
	}
	if err := os.WriteFile(path, content, mode); err != nil {
		return err
	}
	// the process's mask took bits away
	return os.Chmod(path, mode)
}

func replace(path string, make func(string) error) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return make(path)
}
