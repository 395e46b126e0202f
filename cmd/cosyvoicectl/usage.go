package main

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/toolkit"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// port is the value of a flag that takes a TCP port.
type port int

func (p *port) String() string { return strconv.Itoa(int(*p)) }
func (p *port) Type() string   { return "port" }

func (p *port) Set(text string) error {
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil || number == 0 {
		return words.PortWanted.With()
	}
	*p = port(number)
	return nil
}

// scenario is the value of the flag that takes one of the simulated server's.
type scenario string

func (s *scenario) String() string { return string(*s) }
func (s *scenario) Type() string   { return "scenario" }

func (s *scenario) Set(text string) error {
	if !slices.Contains([]string{"steady", "leak", "crash"}, text) {
		return words.ScenarioWanted.With()
	}
	*s = scenario(text)
	return nil
}

// historyLength is the value of the flag that takes how much history is made up.
type historyLength time.Duration

// longestHistory is how long the windows of a minute are kept.
const longestHistory = 90 * day

func (h *historyLength) String() string { return "" }
func (h *historyLength) Type() string   { return "time" }

func (h *historyLength) Set(text string) error {
	var length toolkit.Retention
	if err := length.UnmarshalText([]byte(text)); err != nil || length == 0 || time.Duration(length) > longestHistory {
		return words.HistoryWanted.With()
	}
	*h = historyLength(length)
	return nil
}

// duration is the value of a flag that takes a length of time: one of Go's, or days before that.
type duration time.Duration

const day = 24 * time.Hour

func (d *duration) Type() string { return "time" }

// String is as short as it can be typed: 24h, not 24h0m0s.
func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	text := time.Duration(*d).String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(text, zero) {
			text = text[:len(text)-2]
		}
	}
	return text
}

func (d *duration) Set(text string) error {
	if strings.ContainsAny(text, "+-") {
		return words.SpanWanted.With()
	}
	var length time.Duration
	rest := text
	if days, after, found := strings.Cut(text, "d"); found {
		n, err := strconv.ParseUint(days, 10, 16)
		if err != nil {
			return words.SpanWanted.With()
		}
		length, rest = time.Duration(n)*day, after
	}
	if rest != "" {
		more, err := time.ParseDuration(rest)
		if err != nil {
			return words.SpanWanted.With()
		}
		length += more
	}
	if length <= 0 {
		return words.SpanWanted.With()
	}
	*d = duration(length)
	return nil
}

// mobiles is the value of a flag that takes mobile numbers, separated by commas.
type mobiles []string

func (m *mobiles) String() string { return strings.Join(*m, ",") }
func (m *mobiles) Type() string   { return "numbers" }

var mobile = regexp.MustCompile(`^(\+\d{1,3}-)?\d{5,15}$`)

func (m *mobiles) Set(text string) error {
	*m = strings.Split(text, ",")
	if slices.ContainsFunc(*m, func(number string) bool { return !mobile.MatchString(number) }) {
		return words.MobileWanted.With()
	}
	return nil
}

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return words.UnexpectedArgument.With(args[0])
	}
	return nil
}

// noCommand words what is left over when no command has the name that was given.
func noCommand(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return words.UnknownCommand.With(args[0])
	}
	return nil
}

// usageError words a mistake in the flags, as far as the catalogue knows it.
func usageError(err error) error {
	var (
		unknown *pflag.NotExistError
		empty   *pflag.ValueRequiredError
		invalid *pflag.InvalidValueError
	)
	switch {
	case errors.As(err, &unknown):
		return words.UnknownFlag.With(flagText(unknown.GetSpecifiedName()))
	case errors.As(err, &empty):
		return words.FlagNeedsValue.With(flagText(empty.GetSpecifiedName()))
	case errors.As(err, &invalid):
		name := flagText(invalid.GetFlag().Name)
		if wanted := (words.Message{}); errors.As(invalid, &wanted) {
			return words.FlagValueUnwanted.With(invalid.GetValue(), name, wanted)
		}
		return words.FlagValueInvalid.With(invalid.GetValue(), name)
	}
	return err
}

// flagText is a flag as it is typed.
func flagText(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}
