package words

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMessageRendersItsArgumentsInTheSameLanguage(t *testing.T) {
	holder := PortHolder.With(42, "nginx")
	message := PortInUse.With("influxd", 8086, holder, "--influx-port")
	require.Equal(t, "influxd needs port 8086, but process 42 (nginx) holds it. Stop that program, or choose another port with --influx-port.", message.Error())
	require.Equal(t, "influxd 需要端口 8086，但它被进程 42（nginx）占用。请停止该程序，或用 --influx-port 另选端口。", message.In(Chinese))
}

func TestMessageIsAnError(t *testing.T) {
	err := fmt.Errorf("outside: %w", Failed.With(fs.ErrNotExist))
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.ErrorIs(t, err, Failed.With())
	require.NotErrorIs(t, err, WrongUsage.With())
	require.Equal(t, "错误：file does not exist", Explain(err, Chinese))
	both := errors.Join(Failed.With(1), errors.New("plain"), Failed.With(2))
	require.Equal(t, "错误：1\nplain\n错误：2", Explain(both, Chinese), "none of several is lost")
	require.Equal(t, "plain", Explain(errors.New("plain"), Chinese))
}

func TestEnvironmentLanguage(t *testing.T) {
	for _, test := range []struct {
		environment map[string]string
		want        Language
	}{
		{nil, English},
		{map[string]string{"LANG": "zh_CN.UTF-8"}, Chinese},
		{map[string]string{"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, English},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_MESSAGES": "zh_TW"}, Chinese},
	} {
		require.Equal(t, test.want, EnvironmentLanguage(func(name string) string { return test.environment[name] }), test.environment)
	}
}

func TestParseLanguage(t *testing.T) {
	language, err := ParseLanguage("ZH")
	require.NoError(t, err)
	require.Equal(t, Chinese, language)
	_, err = ParseLanguage("fr")
	require.ErrorIs(t, err, UnknownLanguage.With())
}

func TestSpan(t *testing.T) {
	for seconds, want := range map[float64]string{0.4: "0 s", 61: "1 min 1 s", 3600: "1 h 0 min", 90000: "1 d 1 h"} {
		require.Equal(t, want, Span(seconds).In(English))
	}
	require.Equal(t, "3 小时 12 分", Span(3*3600+12*60).In(Chinese))
}

func TestPrinter(t *testing.T) {
	var out bytes.Buffer
	NewPrinter(&out, Chinese).Say(Stopping, "influxd")
	require.Equal(t, "正在停止 influxd……\n", out.String())
}

func TestLength(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0 s", 30: "30 s", 60: "1 min", 900: "15 min", 915: "15 min 15 s", 3600: "1 h", 13200: "3 h 40 min", 86400: "24 h", 172800: "48 h",
		176400: "2 d 1 h", 604800: "7 d", 7776000: "90 d",
	} {
		require.Equal(t, want, Length(seconds).In(English))
	}
}
