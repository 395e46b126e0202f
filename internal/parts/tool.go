package parts

import (
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
)

// tool is a program that a build needs.
type tool struct {
	name           string
	versionCommand string
	oldest         version
	hint           string
}

var (
	// From this version on, go fetches or asks for the newer one that a module wants.
	goTool = tool{"go", "version", version{1, 21, 0}, "https://go.dev/doc/install"}
	gcc    = tool{"gcc", "--version", version{}, "apt install build-essential"}
	// Flux's Cargo.toml asks for this version of Rust; some distributions have older ones.
	cargo = tool{"cargo", "--version", version{1, 83, 0}, "apt install cargo, or https://rustup.rs"}
	rustc = tool{"rustc", "--version", version{1, 83, 0}, "apt install rustc, or https://rustup.rs"}
)

// checkTools names everything that is missing at once, so that a person installs
// it in one go.
func checkTools(ctx context.Context, r recipe) error {
	var problems []string
	for _, t := range r.tools {
		if problem := t.problem(ctx); problem != "" {
			problems = append(problems, fmt.Sprintf("  %s: %s (%s)", t.name, problem, t.hint))
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(problems) > 0 {
		return fmt.Errorf("cannot build %s, tools are missing:\n%s\nOr install the package %s",
			r.title(), strings.Join(problems, "\n"), r.packages)
	}
	return nil
}

func (t tool) problem(ctx context.Context) string {
	path, err := exec.LookPath(t.name)
	if err != nil {
		return "not found on PATH"
	}
	found, err := programVersion(ctx, path, t.versionCommand)
	if err != nil {
		return err.Error()
	}
	if slices.Compare(found[:], t.oldest[:]) < 0 {
		return fmt.Sprintf("%s is version %s, needed is %s", path, found, t.oldest)
	}
	return ""
}
