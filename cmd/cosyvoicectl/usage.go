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
		return errors.New("a port is a number from 1 to 65535")
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
		return errors.New("a scenario is steady, leak or crash")
	}
	*s = scenario(text)
	return nil
}

// historyLength is the value of the flag that takes how much history is made up.
type historyLength time.Duration

// longestHistory is how long the windows of a minute are kept.
const longestHistory = 90 * 24 * time.Hour

func (h *historyLength) String() string { return "" }
func (h *historyLength) Type() string   { return "time" }

func (h *historyLength) Set(text string) error {
	var length toolkit.Retention
	if err := length.UnmarshalText([]byte(text)); err != nil {
		return err
	}
	if length == 0 || time.Duration(length) > longestHistory {
		return errors.New("a history has up to 90d")
	}
	*h = historyLength(length)
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
		return errors.New("a mobile number is for example 13800000000 or +852-60000000")
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
		return words.FlagValueInvalid.With(invalid.GetValue(), flagText(invalid.GetFlag().Name))
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
