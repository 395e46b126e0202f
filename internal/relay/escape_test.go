package relay

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"gpu-box-1":                          "gpu-box-1",
		"CUDA out of memory. Tried 1.2 GiB":  "CUDA out of memory. Tried 1.2 GiB",
		"显存不足（OOM）":                          "显存不足（OOM）",
		"[you won](http://evil.example)":     `\[you won\]\(http://evil.example\)`,
		"![](http://evil.example/x.png)":     `\!\[\]\(http://evil.example/x.png\)`,
		"**bold** _it_ `code` ~~no~~ a|b":    `\*\*bold\*\* \_it\_ \` + "`code\\`" + ` \~\~no\~\~ a\|b`,
		"# heading":                          `\# heading`,
		"> said":                             "＞ said",
		"- item":                             `\- item`,
		"+ item":                             `\+ item`,
		"12. item":                           `12\. item`,
		"12) item":                           `12\) item`,
		"12.5 %":                             "12.5 %",
		"===":                                `\===`,
		"@all @13800000000":                  "＠all ＠13800000000",
		"<font color=red>x</font>":           "＜font color=red＞x＜/font＞",
		"&#64;all":                           `\&\#64;all`,
		`\`:                                  `\\`,
		"line\n\n# heading\r\n- item\x00\tx": `line \# heading - item x`,
		"a\u2028b\u0085c":                    "a b c",
		"abc\u202Egnp.exe \u200B\u2066x":     "abcgnp.exe x",
		"\x1b[31mred":                        `\[31mred`,
		"bad \xff byte":                      "bad \uFFFD byte",
		"  ":                                 "",
	} {
		require.Equal(t, want, escape(text), "%q", text)
	}
}

func TestCut(t *testing.T) {
	require.Equal(t, "显存不足", cut("显存不足", 4))
	require.Equal(t, "显存…", cut("显存不足", 3))
	require.Equal(t, "", cut("", 3))
}

func TestLink(t *testing.T) {
	for address, want := range map[string]string{
		"http://192.0.2.7:3000/d/gpu?from=1&to=2#top": "[192.0.2.7:3000](http://192.0.2.7:3000/d/gpu?from=1&to=2#top)",
		"https://grafana.example/a_(b)[c]*":           `[grafana.example](https://grafana.example/a%5F%28b%29%5Bc%5D%2A)`,
		"https://grafana.example/图":                   "[grafana.example](https://grafana.example/%E5%9B%BE)",
		"https://bank.example@evil.example/":          "[evil.example](https://evil.example/)",
		"http://a) [b](http://c":                      "",
		"http://a/) [b](http://c":                     "[a](http://a/%29%20%5Bb%5D%28http://c)",
		"javascript:alert(1)":                         "",
		"dingtalk://dingtalkclient/action":            "",
		"/relative":                                   "",
		"http://":                                     "",
		"http://[::1]:3000/":                          "",
		"":                                            "",
		"http://a/" + strings.Repeat("x", 1000):       "",
		"http://" + strings.Repeat("x", 254) + "/":    "",
	} {
		require.Equal(t, want, link(address), "%q", address)
	}
}

// bare tells what of markup an escaped text still has, and gives the text as it is read.
func bare(escaped string) (marks, read string) {
	quoted := false
	for _, r := range escaped {
		switch {
		case quoted:
			quoted = false
			read += string(r)
		case r == '\\':
			quoted = true
		case strings.ContainsRune("`*_{}[]()#!|~&@<>\n\r", r):
			marks += string(r)
		default:
			read += string(r)
		}
	}
	if quoted {
		marks += "\\"
	}
	return marks, read
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"", "plain", `\[x](y)`, "1. a\n2. b", "- @all <b>", "\xff\u202e\u2028#", "\\\\\n*"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		escaped := escape(text)
		marks, read := bare(escaped)
		require.Empty(t, marks, "%q", escaped)
		require.Equal(t, plain(text), read, "nothing is lost")
		require.True(t, utf8.ValidString(escaped))
		if escaped != "" {
			require.NotContains(t, "-+=", escaped[:1])
			require.NotRegexp(t, `^\d+[.)]( |$)`, escaped)
		}
		require.LessOrEqual(t, len(encode(escaped)), 4*utf8.RuneCountInString(clean(text))+8, "so that an alert fits into a message")
	})
}

func FuzzLink(f *testing.F) {
	for _, seed := range []string{"http://a/b", "https://a@b/c)", "http://a\\b/[x](y)", "http://a/%29"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		made := link(address)
		if made == "" {
			return
		}
		name, target, ok := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(made, "["), ")"), "](")
		require.True(t, ok)
		marks, _ := bare(name)
		require.Empty(t, marks)
		require.NotContains(t, target, "@")
		require.NotRegexp(t, "[\\\\`*_{}\\[\\]()!|~<>\"[:cntrl:] ]", target)
		require.Regexp(t, `^https?://`, target)
		require.Less(t, len(target), linkLimit+1)
	})
}
