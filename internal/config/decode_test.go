package config

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/stretchr/testify/require"
)

type settings struct {
	Library  string   `toml:"nvml_library"`
	Timeout  Duration `toml:"timeout"`
	Patterns []string `toml:"patterns"`
	Port     int      `toml:"port"`
	Probe    bool     `toml:"probe"`
	Share    float64  `toml:"share"`
	Servers  []server `toml:"server"`
	Hidden   string   `toml:"-"`
}

type server struct {
	Name string `toml:"name"`
	Port *int   `toml:"port"`
}

func environment(name string) (string, bool) {
	value, set := map[string]string{
		"HOME":   "/root",
		"EMPTY":  "",
		"WAIT":   "3s",
		"INJECT": "\"\nport = 1 # ${HOME} \\ \x01",
	}[name]
	return value, set
}

func decode(text string, into any) error {
	return Decoder{File: "cosyvoice.conf", Plugin: "cosyvoice", LookupEnv: environment}.Decode([]byte(text), into)
}

func TestDecode(t *testing.T) {
	got := settings{Library: "replaced", Share: 0.5}
	err := decode(`
# A comment may hold ${UNSET}, "quotes and [brackets.
[[inputs.cosyvoice]]
  nvml_library = "${HOME}/lib${EMPTY}/libnvidia-ml.so.1"
  timeout = "${WAIT}"
  patterns = [
    "a$", # $HOME and ${1} are no variables
    "${HOME}", '${HOME}',
    """
two
port = ${HOME}""",
  ]
  port = 7860
  probe = true
  [[inputs.cosyvoice.server]]
    name = "one"
    port = 50000
  [[inputs.cosyvoice.server]]
    name = "${INJECT}"
`, &got)
	require.NoError(t, err)
	port := 50000
	require.Equal(t, settings{
		Library:  "/root/lib/libnvidia-ml.so.1",
		Timeout:  Duration(3 * time.Second),
		Patterns: []string{"a$", "/root", "/root", "two\nport = /root"},
		Port:     7860,
		Probe:    true,
		Share:    0.5,
		Servers:  []server{{Name: "one", Port: &port}, {Name: "\"\nport = 1 # ${HOME} \\ \x01"}},
	}, got)
}

func TestDecodeAccepts(t *testing.T) {
	for _, text := range []string{
		"[[inputs.cosyvoice]]",
		"\ufeff[[inputs.cosyvoice]]\r\nport = 1\r\n",
		"[inputs]\n[[inputs.cosyvoice]]\n",
		"[[ inputs . \"cosyvoice\" ]] # head\n\"port\" = 1",
		"[[inputs.cosyvoice]]\nserver = [{name = \"a\"}, {name = \"b\", port = 1}]",
		"[[inputs.cosyvoice]]\npatterns = []\nserver = []",
		"[[inputs.cosyvoice]]\n[[inputs.cosyvoice.server]]\nport = 1\n[[inputs.cosyvoice.server]]\nport = 2",
	} {
		require.NoError(t, decode(text, &settings{}), text)
	}
}

func TestEmptyListReplacesDefault(t *testing.T) {
	got := settings{Patterns: []string{"default"}}
	require.NoError(t, decode("[[inputs.cosyvoice]]\npatterns = []", &got))
	require.Empty(t, got.Patterns)
}

func TestDecodeErrors(t *testing.T) {
	const head = "[[inputs.cosyvoice]]\n"
	tests := []struct {
		name, text, want string
	}{
		{"empty", "", `cosyvoice.conf: no [[inputs.cosyvoice]] table: begin the file with that line`},
		{"only comments", "# [[inputs.cosyvoice]]\n", `cosyvoice.conf: no [[inputs.cosyvoice]] table: begin the file with that line`},
		{"no head", "port = 1", `cosyvoice.conf:1: "port" does not belong here: the file holds one [[inputs.cosyvoice]] table and nothing else`},
		{"single brackets", "\n[inputs.cosyvoice]\nport = 1",
			`cosyvoice.conf:2: the table of the plugin must begin with the line [[inputs.cosyvoice]]`},
		{"dotted", "inputs.cosyvoice.port = 1", `cosyvoice.conf:1: the table of the plugin must begin with the line [[inputs.cosyvoice]]`},
		{"inline", "inputs = {cosyvoice = [{port = 1}]}", `cosyvoice.conf:1: the table of the plugin must begin with the line [[inputs.cosyvoice]]`},
		{"not a table", "inputs = 3", `cosyvoice.conf:1: the table of the plugin must begin with the line [[inputs.cosyvoice]]`},
		{"list of inputs", "[[inputs]]\n[[inputs.cosyvoice]]", `cosyvoice.conf:1: the table of the plugin must begin with the line [[inputs.cosyvoice]]`},
		{"two tables", head + "port = 1\n\n" + head,
			`cosyvoice.conf:4: a second [[inputs.cosyvoice]] table: the file holds one`},
		{"other tables", "[agent]\ninterval = \"1s\"\n" + head + "[[inputs.cpu]]\npercpu = true\n[[outputs.file]]\n",
			`cosyvoice.conf:1: "agent" does not belong here: the file holds one [[inputs.cosyvoice]] table and nothing else` + "\n" +
				`cosyvoice.conf:4: "inputs.cpu" does not belong here: the file holds one [[inputs.cosyvoice]] table and nothing else` + "\n" +
				`cosyvoice.conf:6: "outputs" does not belong here: the file holds one [[inputs.cosyvoice]] table and nothing else`},
		{"unknown", head + "nvml_librery = \"x\"", `cosyvoice.conf:2: unknown key "nvml_librery" (did you mean "nvml_library"?)`},
		{"unknown, nothing near", head + "colour = \"x\"", `cosyvoice.conf:2: unknown key "colour"`},
		{"letter case", head + "Port = 1", `cosyvoice.conf:2: unknown key "Port" (did you mean "port"?)`},
		{"hidden field", head + "Hidden = \"x\"", `cosyvoice.conf:2: unknown key "Hidden"`},
		{"tag of a hidden field", head + "- = 1", `cosyvoice.conf:2: unknown key "-"`},
		{"of Telegraf, but deeper", head + "[[inputs.cosyvoice.server]]\ninterval = 1", `cosyvoice.conf:3: unknown key "server.interval"`},
		{"several, after values of many lines", head + "patterns = [\n  \"a\",\n\n]\nprot = 1\nnvml_library = '''\nprobes = 1\n'''\n\n# probes\nprobes = true\n",
			`cosyvoice.conf:6: unknown key "prot" (did you mean "port"?)` + "\n" +
				`cosyvoice.conf:12: unknown key "probes" (did you mean "probe"?)`},
		{"in a table below", head + "[[inputs.cosyvoice.server]]\nname = \"a\"\n[[inputs.cosyvoice.server]]\nnames = \"b\"",
			`cosyvoice.conf:5: unknown key "server.names" (did you mean "name"?)`},
		{"the same one in two tables", head + "[[inputs.cosyvoice.server]]\nprot = 1\n[[inputs.cosyvoice.server]]\nprot = 1",
			`cosyvoice.conf:3: unknown key "server.prot" (did you mean "port"?)` + "\n" +
				`cosyvoice.conf:5: unknown key "server.prot" (did you mean "port"?)`},
		{"in an inline table", head + "server = [{nam = \"a\"}]", `cosyvoice.conf:2: unknown key "server.nam" (did you mean "name"?)`},
		{"unknown table", head + "[inputs.cosyvoice.servers]\nname = \"a\"\n", `cosyvoice.conf:2: unknown key "servers" (did you mean "server"?)`},
		{"of Telegraf", head + "interval = \"10s\"\ntags = {a = \"b\"}\n[inputs.cosyvoice.tagpass]\nx = [\"y\"]",
			`cosyvoice.conf:2: "interval" is a setting of Telegraf: put it under [[inputs.execd]] in telegraf.conf` + "\n" +
				`cosyvoice.conf:3: "tags" is a setting of Telegraf: put it under [[inputs.execd]] in telegraf.conf` + "\n" +
				`cosyvoice.conf:4: "tagpass" is a setting of Telegraf: put it under [[inputs.execd]] in telegraf.conf`},
		{"mistyped, several", head + "port = \"7860\"\nnvml_library = 3\nprobe = \"yes\"\npatterns = \"a\"\nshare = true\nserver = {port = 1}",
			`cosyvoice.conf:2: key "port": want an integer, found a string` + "\n" +
				`cosyvoice.conf:3: key "nvml_library": want a string, found an integer` + "\n" +
				`cosyvoice.conf:4: key "probe": want a boolean, found a string` + "\n" +
				`cosyvoice.conf:5: key "patterns": want an array, found a string` + "\n" +
				`cosyvoice.conf:6: key "share": want a float, found a boolean` + "\n" +
				`cosyvoice.conf:7: key "server": want an array, found a table`},
		{"mistyped element", head + "patterns = [\n\"a\",\n1]", `cosyvoice.conf:2: key "patterns": want a string, found an integer`},
		{"mistyped in the first of two", head + "[[inputs.cosyvoice.server]]\nport = \"a\"\n[[inputs.cosyvoice.server]]\nport = 1",
			`cosyvoice.conf:3: key "server.port": want an integer, found a string`},
		{"table for a value", head + "[inputs.cosyvoice.port]\na = 1", `cosyvoice.conf:2: key "port": want an integer, found a table` + "\n" +
			`cosyvoice.conf:3: key "port.a": want an integer, found a table`},
		{"value for a table", head + "server = [1]", `cosyvoice.conf:2: key "server": want a table, found an integer`},
		{"duration", head + "timeout = \"10 parsecs\"", `cosyvoice.conf:2: key "timeout": "10 parsecs" is not a duration; write for example "500ms", "10s" or "5m"`},
		{"unset variable", head + "probe = true\nnvml_library = \"${NOWHERE}/x\"\npatterns = [\"${EMPTY}\", \"${NOR_HERE}\"]",
			`cosyvoice.conf:3: key "nvml_library": environment variable NOWHERE is not set` + "\n" +
				`cosyvoice.conf:4: key "patterns": environment variable NOR_HERE is not set`},
		{"variable with a bad value", head + "timeout = \"${HOME}\"", `cosyvoice.conf:2: key "timeout": "/root" is not a duration; write for example "500ms", "10s" or "5m"`},
		{"syntax", head + "port = \n", `cosyvoice.conf:2: expected value but found '\n' instead`},
		{"bare variable", head + "\nport = ${HOME}",
			`cosyvoice.conf:3: expected value but found '$' instead; a variable stands within the quotes of a string`},
		{"variable with a default", head + "nvml_library = \"${HOME:-/root}\"",
			`cosyvoice.conf:2: key "nvml_library": "${HOME:-/root}" is no variable; write ${NAME}, without a default`},
		{"open variable", head + "patterns = [\"a\", \"${HOME\"]",
			`cosyvoice.conf:2: key "patterns": "${HOME" is no variable; write ${NAME}, without a default`},
		{"variable without a name", head + "nvml_library = \"${HOME}${}\"",
			`cosyvoice.conf:2: key "nvml_library": "${}" is no variable; write ${NAME}, without a default`},
		{"variable in a key", head + "\"${HOME}\" = 1", `cosyvoice.conf:2: unknown key "\"${HOME}\""`},
		{"variable in the name of a table", "[[inputs.\"${HOME}\"]]",
			`cosyvoice.conf:1: "inputs.\"${HOME}\"" does not belong here: the file holds one [[inputs.cosyvoice]] table and nothing else`},
		{"twice", head + "port = 1\nport = 2", `cosyvoice.conf:3: Key 'inputs.cosyvoice.port' has already been defined.`},
		{"binary", "\x7fELF\x00\x01", `cosyvoice.conf:1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.EqualError(t, decode(test.text, &settings{}), test.want)
		})
	}
}

func TestLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cosyvoice.conf")
	require.NoError(t, os.WriteFile(path, []byte("[[inputs.cosyvoice]]\nnvml_library = \"${COSYVOICE_TEST}\"\n"), 0o600))
	t.Setenv("COSYVOICE_TEST", "from the environment")
	var got settings
	require.NoError(t, Load(path, "cosyvoice", &got))
	require.Equal(t, "from the environment", got.Library)

	err := Load(path+".missing", "cosyvoice", &got)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, path+".missing")
}

// Whatever the file is, it is refused, or decoded with every key in use.
func FuzzDecode(f *testing.F) {
	f.Add("[[inputs.cosyvoice]]\nport = 1\npatterns = [\"${HOME}\"]\nserver = [{name = '''\n'''}]\n")
	f.Add("[[inputs.cosyvoice]]\npatterns = [\n\"a\" # b\n]\ntimeout = 1.5\nshare = inf\n[[inputs.cosyvoice.server]]\nport = 0x10\n")
	f.Add("\xef\xbb\xbf[inputs]\n[[inputs.cosyvoice]]\n'share' = 1e3\n[inputs.cosyvoice.\"server\"]\n1979-05-27 = 07:32:00")
	f.Fuzz(func(t *testing.T, text string) {
		var got settings
		if err := decode(text, &got); err != nil {
			require.Contains(t, err.Error(), "cosyvoice.conf:")
			return
		}
		var file struct {
			Inputs struct {
				Plugin []settings `toml:"cosyvoice"`
			} `toml:"inputs"`
		}
		if strings.Contains(text, "${") {
			return // the toml package knows no variables
		}
		md, err := toml.Decode(text, &file)
		require.NoError(t, err)
		require.Empty(t, md.Undecoded())
		require.Len(t, file.Inputs.Plugin, 1)
		if !math.IsNaN(got.Share) {
			require.Equal(t, file.Inputs.Plugin[0], got)
		}
	})
}
