package config

import (
	"strings"

	"github.com/BurntSushi/toml"
)

// statement is the smallest piece of a TOML file that means something by itself:
// the head of a table, or a key with its value, which may span lines. The toml
// package does not tell where a key stands, and stops at the first mistyped one;
// taking the file apart gives both.
type statement struct {
	line    int    // where it begins, counted from 1
	context string // the heads of tables before it
	text    string
	keys    []toml.Key // from the file's root; several for an inline table
}

// split takes a valid TOML file apart. Each line is added to those before it until
// they parse: only within a value that goes on do they not.
func split(text string) []statement {
	var statements []statement
	var heads strings.Builder
	headKeys := 0
	begin, pending := 1, ""
	line := 0
	for l := range strings.Lines(text) {
		line++
		pending += l
		md, err := toml.Decode(heads.String()+pending, &map[string]any{})
		if err != nil {
			continue
		}
		if keys := md.Keys(); len(keys) > headKeys {
			statements = append(statements, statement{begin, heads.String(), pending, keys[headKeys:]})
			if isHead(pending) {
				heads.WriteString(pending)
				headKeys = len(keys)
			}
		}
		begin, pending = line+1, ""
	}
	return statements
}

func isHead(text string) bool {
	const byteOrderMark = "\ufeff"
	text = strings.TrimPrefix(text, byteOrderMark)
	return strings.HasPrefix(strings.TrimLeft(text, " \t"), "[")
}
