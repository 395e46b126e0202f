package parts

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

// rustEnv makes cargo use the installed toolchain. Flux's source names another one
// (rust-toolchain.toml), which rustup would have to download, or refuse to where it
// may not. Without rustup there is only one.
func (run runner) rustEnv(ctx context.Context, r recipe) ([]string, error) {
	usesCargo := slices.ContainsFunc(r.tools, func(t tool) bool { return t.name == cargo.name })
	if !usesCargo || os.Getenv("RUSTUP_TOOLCHAIN") != "" {
		return nil, nil
	}
	if _, err := exec.LookPath("rustup"); err != nil {
		return nil, nil
	}
	output, err := run.command(ctx, "rustup", "show", "active-toolchain")
	if err != nil {
		return nil, err
	}
	// For instance: stable-x86_64-unknown-linux-gnu (default)
	words := strings.Fields(string(output))
	if len(words) == 0 {
		return nil, fmt.Errorf("building %s: `rustup show active-toolchain` names none; `rustup default stable` installs one", r.title())
	}
	return []string{"RUSTUP_TOOLCHAIN=" + words[0]}, nil
}
