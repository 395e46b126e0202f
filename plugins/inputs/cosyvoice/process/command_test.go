package process

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseCommand(t *testing.T) {
	for line, want := range map[string]string{
		"python a.py --port 1":             "a.py",
		"python -u -Wignore a.py":          "a.py",
		"python -W ignore -X utf8 a.py":    "a.py",
		"python -m a.b --port 1":           "a/b.py",
		"python -ma.b":                     "a/b.py",
		"python -m uvicorn a.b:app":        "a/b.py",
		"python /bin/gunicorn -w 4 a:b()":  "a.py",
		"uvicorn --host 0.0.0.0:80 a:app":  "a.py",
		"uvicorn --bind localhost:80":      "",
		"python":                           "",
		"python -":                         "",
		"python -m":                        "",
		"python -c a.py":                   "",
		"python --check-hash-based-pycs d": "",
	} {
		c, ok := parseCommand(strings.Fields(line))
		require.Equal(t, want, c.program, line)
		require.Equal(t, want != "", ok, line)
	}
}

func TestOption(t *testing.T) {
	c, _ := parseCommand(strings.Fields("python -p 9 a.py --port=1 --model-dir m --last"))
	for name, want := range map[string]string{"--port": "1", "--model-dir": "m", "--last": "", "-p": "", "--po": ""} {
		value, _ := c.option(name)
		require.Equal(t, want, value, name)
	}
}

func FuzzParseCommand(f *testing.F) {
	f.Add("python\x00-m\x00uvicorn\x00a:app\x00--port\x001")
	f.Add("python\x00-W")
	f.Fuzz(func(t *testing.T, line string) {
		argv := strings.Split(line, "\x00")
		c, ok := parseCommand(argv)
		if ok != (c.program != "") && !c.module {
			t.Fatalf("found=%v, program %q", ok, c.program)
		}
		if len(c.arguments) >= len(argv) {
			t.Fatalf("%d arguments of %d words", len(c.arguments), len(argv))
		}
		if port := givenPort(c); port < 0 || port > 65535 {
			t.Fatalf("port %d", port)
		}
		entryOf(c, "/")
	})
}
