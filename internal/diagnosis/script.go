// Package diagnosis finds what is wrong with speech servers. The conditions are Flux, in the folder
// flux/causes, a file each; here they are put together for a task and for a question.
package diagnosis

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	cosyvoicetelegraf "github.com/cosyvoice-telegraf/cosyvoice-telegraf"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
)

// Group is a folder of conditions that judge the same readings.
type Group string

// The groups.
const (
	Minutes Group = "minutes" // of the last minutes
	Trends  Group = "trends"  // of hours and days
)

// readings is the file of a group with what its conditions judge.
const readings = "readings"

// conditions are the codes of a group, each the name of a file and of a function in it.
func (g Group) conditions() ([]string, error) {
	files, err := fs.Glob(cosyvoicetelegraf.Conditions, path.Join("flux/causes", string(g), "*.flux"))
	if err != nil {
		return nil, fmt.Errorf("list the conditions: %w", err)
	}
	var codes []string
	for _, file := range files {
		if code := strings.TrimSuffix(path.Base(file), ".flux"); code != readings {
			codes = append(codes, code)
		}
	}
	return codes, nil
}

// read is a file of the group.
func (g Group) read(name string) (string, error) {
	text, err := fs.ReadFile(cosyvoicetelegraf.Conditions, path.Join("flux/causes", string(g), name+".flux"))
	if err != nil {
		return "", fmt.Errorf("read a condition: %w", err)
	}
	return string(text), nil
}

// findings is Flux that ends with a table of that name: a row for each.
func (g Group) findings(params rollup.Params, limits Limits) (string, error) {
	codes, err := g.conditions()
	if err != nil {
		return "", err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "raw = %q\nevents = %q\nminutes = %q\nhours = %q\n\n", params.Raw, params.Events, params.Minutes, params.Hours)
	shared, err := g.read(readings)
	if err != nil {
		return "", err
	}
	text.WriteString(limits.into(string(g), shared) + "\n")
	for _, code := range codes {
		condition, err := g.read(code)
		if err != nil {
			return "", err
		}
		text.WriteString(limits.into(code, condition) + "\n")
	}
	text.WriteString("findings =\n    union(\n        tables: [\n")
	for _, code := range codes {
		fmt.Fprintf(&text, "            %s(),\n", code)
	}
	text.WriteString("        ],\n    )\n")
	return text.String(), nil
}
