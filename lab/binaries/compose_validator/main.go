// The validator reads a Compose file as `docker compose config` does, with the library that Compose itself uses:
// interpolation, the schema of the compose specification, and whether everything a service refers to is defined.
// It prints the resolved project as JSON, or says what is wrong and ends with 1.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: compose-validator COMPOSE_FILE ENV_FILE")
		os.Exit(2)
	}
	text, err := resolve(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(string(text))
}

func resolve(composeFile, envFile string) ([]byte, error) {
	// Only the file's variables: those of the shell that runs the tests must not fill a gap.
	options, err := cli.NewProjectOptions([]string{composeFile}, cli.WithEnvFiles(envFile), cli.WithDotEnv)
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, err
	}
	return project.MarshalJSON()
}
