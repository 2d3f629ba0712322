// The vendor's Kubernetes provider. Its own main embeds two files that are generated and not in its module; this one
// embeds what they are generated from, which the build lays here (local/engine/provider.ts).
package main

import (
	_ "embed"
	"io"
	"os"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version"
)

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	go endWithEngine()
	provider.Serve("kubernetes", version.Version, schema, terraformMapping)
}

// The engine holds the other end of standard input until it ends, even by SIGKILL. Started by hand, standard input is a
// terminal or a file, whose end means nothing.
func endWithEngine() {
	input, err := os.Stdin.Stat()
	if err != nil || input.Mode()&(os.ModeNamedPipe|os.ModeSocket) == 0 {
		return
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	os.Exit(0)
}
