package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/causes"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

func (t *tool) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "explain [CODE]",
		Short:   words.ExplainShort.In(t.language),
		Long:    words.ExplainLong.In(t.language),
		Example: words.ExplainExample.In(t.language),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return words.ExplainOne.With()
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				t.listCauses()
				return nil
			}
			cause := causes.Find(args[0])
			if cause == nil {
				return noSuchCause(args[0])
			}
			t.explain(cause)
			return t.showLimits(cause.Code)
		},
	}
}

var groupTitles = map[string]words.Text{
	causes.Memory: words.GroupMemory, causes.Slow: words.GroupSlow, causes.Broken: words.GroupBroken, causes.Monitoring: words.GroupMonitoring,
}

func (t *tool) listCauses() {
	all := causes.All()
	group := ""
	for i := range all {
		c := &all[i]
		if c.Group != group {
			if group != "" {
				fmt.Fprintln(t.stdout)
			}
			group = c.Group
			t.say(groupTitles[group])
		}
		fmt.Fprintf(t.stdout, "  %-22s %s\n", c.Code, c.In(t.language).Title)
	}
}

func (t *tool) explain(c *causes.Cause) {
	texts := c.In(t.language)
	fmt.Fprintf(t.stdout, "%s (%s)\n\n%s\n", texts.Title, c.Code, texts.Answer)
	for _, part := range []struct {
		heading words.Text
		text    string
	}{
		{words.CauseWhen, texts.Condition}, {words.CauseNot, texts.Not}, {words.CauseLook, texts.Look},
		{words.CauseNow, texts.Now}, {words.CauseLasting, texts.Lasting}, {words.CauseShown, t.figures(c)},
		{words.CauseEvents, strings.Join(c.Events, ", ")},
	} {
		if part.text != "" {
			fmt.Fprintf(t.stdout, "\n%s\n  %s\n", part.heading.In(t.language), part.text)
		}
	}
}

// showLimits lists the limits of a cause as they stand in the settings.
func (t *tool) showLimits(code string) error {
	group, err := diagnosis.GroupOf(code)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.stdout, "\n%s\n", words.CauseLimits.In(t.language))
	for _, name := range []string{code, string(group)} {
		limits, err := diagnosis.LimitsOf(name)
		if err != nil {
			return err
		}
		if len(limits) == 0 {
			continue
		}
		fmt.Fprintf(t.stdout, "  [limits.%s]\n", name)
		for _, limit := range limits {
			fmt.Fprintf(t.stdout, "  %-24s # %s\n", limit.Name+" = "+limit.Setting(), limit.Reason)
		}
	}
	return nil
}

// figures are the names of what proves a cause, in words.
func (t *tool) figures(c *causes.Cause) string {
	var names []string
	for _, name := range c.Evidence {
		if figure, ok := causes.FigureOf(name); ok {
			names = append(names, figure.In(t.language))
		}
	}
	return strings.Join(names, words.ListComma.In(t.language))
}

// noSuchCause offers the code that has what was given in it, or is in it.
func noSuchCause(code string) error {
	all := causes.All()
	for i := range all {
		if strings.Contains(all[i].Code, code) || strings.Contains(code, all[i].Code) {
			return words.NoSuchCauseBut.With(code, all[i].Code)
		}
	}
	return words.NoSuchCause.With(code)
}
