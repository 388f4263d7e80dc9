package main

import (
	"context"
	"log/slog"
	"path"
	"strings"
	"time"

	"google.golang.org/grpc"
)

// What is asked again and again, and changes nothing.
var quiet = []string{"Get", "Probe", "List", "NodeGet", "ControllerGet", "Validate"}

func logged(ctx context.Context, request any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	began := time.Now()
	answer, err := next(ctx, request)
	method := path.Base(info.FullMethod)
	if err != nil {
		slog.Error("refused", "method", method, "error", err.Error())
	} else if !isQuiet(method) {
		slog.Info("done", "method", method, "seconds", time.Since(began).Seconds())
	}
	return answer, err
}

func isQuiet(method string) bool {
	for _, start := range quiet {
		if strings.HasPrefix(method, start) {
			return true
		}
	}
	return false
}
