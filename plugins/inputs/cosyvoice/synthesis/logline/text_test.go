package logline

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCharacters(t *testing.T) {
	for text, want := range map[string]int{
		"":                           0,
		"hello":                      5,
		"你好，世界":                      5,
		"a😀b":                        3,
		`\u4f60\u597d`:               2, // 你好
		`caf\xe9`:                    4,
		`\U0001f600!`:                2,
		`\ud83d\ude00!`:              2, // a pair of surrogates
		`\ud83d\u4f60`:               2, // half of one
		`\ude00\ud83d`:               2,
		`C:\users\new`:               12,
		`\x41\u0041`:                 10, // Python escapes no ASCII
		`\u4f6`:                      5,
		`\u4f60` + "你":               7, // written where nothing is escaped
		"\xc4\xe3\xba\xc3":           2, // 你好 in GBK
		"\xc4\xe3ok\xba\xc3\xa1\xa3": 5,
		"\x81\x30\x84\x36a":          2, // four bytes in GB 18030
		"\xc4\xe3\\U0001f600":        2, // 😀 is not in GBK
		"\x95\\\\u4f60":              2, // a backslash that is half of one
		"\xc4":                       1,
		"\xff\xfe\x00":               3,
	} {
		require.Equal(t, want, characters([]byte(text)), "%q", text)
	}
}

func TestTextOfSeveralLines(t *testing.T) {
	const head = "2026-11-23 16:29:51,212 INFO "
	for name, log := range map[string]struct{ text, want string }{
		"two lines":          {"你好\n世界\n", "start 2 at 16:29:51.212\nmore 3"},
		"begins with one":    {"\nhello\n", "start 0 at 16:29:51.212\nmore 6"},
		"an empty line":      {"a\n\nb\n", "start 1 at 16:29:51.212\nmore 3"},
		"three lines":        {"a\n\nb\nc\n", "start 1 at 16:29:51.212\nmore 3\nmore 2"},
		"empty lines behind": {"a\n\n\n", "start 1 at 16:29:51.212"},
		"CR LF":              {"a\r\nb\r\n", "start 1 at 16:29:51.212\nmore 3"},
		"CR LF twice":        {"a\r\n\r\nb\r\n", "start 1 at 16:29:51.212\nmore 5"},
		"a time of day":      {"a\nmeet at 12:30:00\nb\n", "start 1 at 16:29:51.212\nmore 17\nmore 2"},
		"ends at a record":   {"a\nb\n" + head + "get sft inference request\nc\n", "start 1 at 16:29:51.212\nmore 2\nrequest sft at 16:29:51.212"},
		"ends at any record": {"a\n" + head + "hello\nc\n", "start 1 at 16:29:51.212"},
		"ends at a bar":      {"a\n\n\r  0%|     | 0/2 [00:00<?, ?it/s]\x1b[A\nc\n", "start 1 at 16:29:51.212\nbar 0/2 0s row 1 ended"},
		"ends at an access":  {"a\nINFO:     1.2.3.4:5 - \"GET / HTTP/1.1\" 200 OK\nc\n", "start 1 at 16:29:51.212\naccess \"\" 200"},
		"ends at a warning":  {"a\n/opt/x.py:7: UserWarning: b\n  warnings.warn(\nc\n", "start 1 at 16:29:51.212"},
		"ends at TensorRT":   {"a\n[11/23/2026-16:31:01] [TRT] [W] b\nc\n", "start 1 at 16:29:51.212"},
		"is no error":        {"a\nRuntimeError: CUDA out of memory\n", "start 1 at 16:29:51.212\nmore 33"},
		"is no frame":        {"a\n  File \"a.py\", line 1\n", "start 1 at 16:29:51.212\nmore 22"},
	} {
		require.Equal(t, log.want, strings.Join(records(head+"synthesis text "+log.text), "\n"), name)
	}
}

func TestTextOfAWarningGivesNoMore(t *testing.T) {
	requireRecords(t, "short at 16:29:51.212", "2026-11-23 16:29:51,212 WARNING synthesis text a\nb\nc too short than prompt text d\n")
}

func TestTextItself(t *testing.T) {
	var got []string
	r := NewReader(func(record *Record) { got = append(got, string(record.Segment.Text)) })
	_, _ = r.Write([]byte("INFO:root:synthesis text <strong>你</strong> \nb\n"))
	require.Equal(t, []string{"<strong>你</strong> ", "b"}, got)
}
