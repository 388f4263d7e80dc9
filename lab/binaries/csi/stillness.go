package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// What uses a folder has to stand still within this time, else the copy is refused and asked for again.
const stillWithin = 2 * time.Second

// whileStill makes a copy while no container that has the folder mounted does anything: all of it is of one moment.
// Freezing control groups would do so as well, but with their version 1 what is frozen cannot be killed.
func whileStill(folder string, copying func() error) error {
	stopped := map[int]bool{}
	defer func() {
		for pid := range stopped {
			syscall.Kill(pid, syscall.SIGCONT)
		}
	}()
	for deadline := time.Now().Add(stillWithin); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		moving, err := stopUsers(folder, stopped)
		if err != nil {
			return err
		}
		if !moving {
			return copying()
		}
	}
	return fmt.Errorf("what uses %s does not stand still", folder)
}

// stopUsers stops those that are not stopped yet, and says whether any of all still does something.
func stopUsers(folder string, stopped map[int]bool) (bool, error) {
	users, err := usersOf(folder)
	if err != nil {
		return false, err
	}
	moving := false
	for _, pid := range users {
		if !stopped[pid] {
			stopped[pid] = true
			// One that has ended in the meantime does nothing either.
			if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil && !errors.Is(err, syscall.ESRCH) {
				return false, fmt.Errorf("stop process %d: %w", pid, err)
			}
		}
		moving = moving || isMoving(pid)
	}
	return moving, nil
}

// usersOf returns the processes of the containers that have a folder mounted. The node itself has it mounted for them.
func usersOf(folder string) ([]int, error) {
	here, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob("/proc/[0-9]*/mountinfo")
	if err != nil {
		return nil, err
	}
	found := []int{}
	for _, file := range files {
		process := filepath.Dir(file)
		mounts, err := os.ReadFile(file)
		if err != nil || !isMounted(string(mounts), folder) {
			continue
		}
		if there, err := os.Readlink(process + "/ns/mnt"); err != nil || there == here {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(process)); err == nil {
			found = append(found, pid)
		}
	}
	return found, nil
}

// isMounted looks for a folder among the roots of mounts, which are paths within their file system.
func isMounted(mounts, folder string) bool {
	end := string(filepath.Separator) + filepath.Join(filepath.Base(filepath.Dir(folder)), filepath.Base(folder))
	for line := range strings.Lines(mounts) {
		if fields := strings.Fields(line); len(fields) > 3 && strings.HasSuffix(fields[3], end) {
			return true
		}
	}
	return false
}

// isMoving says whether any thread of a process still runs, or is in a call.
func isMoving(pid int) bool {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		// The state follows the name, which is in parentheses and may have some.
		state := string(text[bytes.LastIndexByte(text, ')')+1:])
		if !strings.HasPrefix(state, " T") && !strings.HasPrefix(state, " Z") {
			return true
		}
	}
	return false
}
