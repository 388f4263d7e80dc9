// The role `wait`: an init container that ends when something answers.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"
)

const waitStep = 300 * time.Millisecond

// runWait waits for each argument: tcp://host:port to be connected to, or an http URL to answer with 200.
func runWait(ctx context.Context, places []string) error {
	for _, place := range places {
		began := time.Now()
		for {
			err := tryOnce(ctx, place)
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				return fmt.Errorf("%s did not answer within %s: %w", place, time.Since(began).Round(time.Second), err)
			}
			time.Sleep(waitStep)
		}
		slog.Info("it answers", "place", place, "seconds", time.Since(began).Seconds())
	}
	return nil
}

func tryOnce(ctx context.Context, place string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	address, isPlain := strings.CutPrefix(place, "tcp://")
	if !isPlain {
		return getOK(ctx, place)
	}
	connection, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return connection.Close()
}
