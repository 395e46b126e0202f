// Package config reads TOML files: the configuration of an external Telegraf plugin,
// with exactly one [[inputs.<plugin>]] table, and the settings of a tool. It is strict
// where Telegraf's own loader is lax: a key that nothing reads is an error, and each
// error names its file, line and key.
//
// ${NAME} in a string value stands for an environment variable, which must be
// set; any other "${" in a value is an error. Nothing else is replaced: not in keys
// or comments, no other use of $, and not in what a variable holds.
package config

import (
	"errors"
	"fmt"
	"os"
	"reflect"

	"github.com/BurntSushi/toml"
)

// Load decodes the file at path with the process's environment; see [Decoder].
func Load(path, plugin string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	return Decoder{File: path, Plugin: plugin, LookupEnv: os.LookupEnv}.Decode(data, into)
}

// Decoder decodes the table [[inputs.<Plugin>]], or a whole file without a plugin.
type Decoder struct {
	File      string // as it is to appear in errors
	Plugin    string // empty for a file that is no plugin's
	LookupEnv func(name string) (value string, set bool)
}

// Decode sets the fields of the struct that into points to by their toml tags,
// and leaves those alone that the file does not mention. The error holds one line
// for each problem of the file, in the form "file:line: problem". The struct must
// not hold maps, but such as are a [Table] and check their values: the toml package lets a value that
// is no table pass for one.
func (d Decoder) Decode(data []byte, into any) error {
	text := string(data)
	md, err := toml.Decode(text, &map[string]any{})
	if err != nil {
		return d.syntaxError(err)
	}
	statements := split(text)
	if d.Plugin != "" {
		if problems := d.checkTables(md, statements); problems != nil {
			return errors.Join(problems...)
		}
	}
	if problems := d.checkKeys(statements, reflect.TypeOf(into).Elem()); problems != nil {
		return errors.Join(problems...)
	}
	if err := d.decodeTable(text, into); err != nil {
		return fmt.Errorf("%s: %w", d.File, err)
	}
	return nil
}

// decodeTable decodes the plugin's first table in text, or all of it. Variables are
// replaced in the parsed tree, where a value cannot turn into syntax.
func (d Decoder) decodeTable(text string, into any) error {
	if d.Plugin == "" {
		return d.decodeFile(text, into)
	}
	var file struct {
		Inputs map[string][]toml.Primitive `toml:"inputs"`
	}
	md, err := toml.Decode(text, &file)
	if err != nil {
		return err
	}
	table := file.Inputs[d.Plugin][0]
	// Decoding to an empty interface copies nothing: this is the tree that the
	// second decoding reads.
	var tree any
	if err := md.PrimitiveDecode(table, &tree); err != nil {
		return err
	}
	if _, err := d.expand(tree); err != nil {
		return err
	}
	return md.PrimitiveDecode(table, into)
}

func (d Decoder) decodeFile(text string, into any) error {
	var file map[string]any
	if _, err := toml.Decode(text, &file); err != nil {
		return err
	}
	if _, err := d.expand(file); err != nil {
		return err
	}
	expanded, err := toml.Marshal(file)
	if err != nil {
		return err
	}
	return toml.Unmarshal(expanded, into)
}
