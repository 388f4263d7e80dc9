// What a role is told by its environment.
package main

import (
	"fmt"
	"os"
	"strings"
)

// needed returns environment variables by name, or one error that names all that are missing.
func needed(names ...string) (map[string]string, error) {
	found := map[string]string{}
	var missing []string
	for _, name := range names {
		found[name] = os.Getenv(name)
		if found[name] == "" {
			missing = append(missing, name)
		}
	}
	if missing != nil {
		return nil, fmt.Errorf("the environment lacks %s", strings.Join(missing, ", "))
	}
	return found, nil
}

func settingOr(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}
