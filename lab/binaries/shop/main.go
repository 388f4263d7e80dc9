// Command shop is every program of the lab's sample estate in one static binary: its first argument is the role.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"sort"
	"strings"
	"syscall"
)

var roles = map[string]func(context.Context, []string) error{
	"web":     runWeb,
	"api":     runAPI,
	"stock":   runStock,
	"journal": runJournal,
	"agent":   runAgent,
	"report":  runReport,
	"restock": runRestock,
	"schema":  runSchema,
	"seed":    runSeed,
	"wait":    runWait,
}

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	if len(os.Args) < 2 || roles[os.Args[1]] == nil {
		fmt.Fprintf(os.Stderr, "usage: shop ROLE [ARGUMENT …], ROLE being one of %s\n", strings.Join(names(), ", "))
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := roles[os.Args[1]](ctx, os.Args[2:]); err != nil {
		slog.Error("the role ended", "role", os.Args[1], "error", err.Error())
		os.Exit(1)
	}
}

func names() []string {
	found := make([]string, 0, len(roles))
	for name := range roles {
		found = append(found, name)
	}
	sort.Strings(found)
	return found
}
