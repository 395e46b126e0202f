// Package toolkit is what this project keeps in an InfluxDB: buckets, the tasks of the
// tiers, and tokens.
package toolkit

import (
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/config"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/diagnosis"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/rollup"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Settings are what an installation may choose, in a TOML file.
type Settings struct {
	Org          string           `toml:"org"`
	BucketPrefix string           `toml:"bucket_prefix"`
	Interval     config.Duration  `toml:"interval"` // Telegraf's
	Every        config.Duration  `toml:"every"`    // of the tasks of the minutes
	Retention    Retentions       `toml:"retention"`
	Health       Health           `toml:"health"`
	Alerts       Alerts           `toml:"alerts"`
	Limits       diagnosis.Limits `toml:"limits"`
}

// Alerts are where people are told of what is found.
type Alerts struct {
	Alertmanager string `toml:"alertmanager"` // its address; "" for none
	Dashboard    string `toml:"dashboard"`    // of Grafana; "" for none
	Language     string `toml:"language"`     // en or zh
}

// Health is when the task that watches over the history tells of something.
type Health struct {
	SilentAfter config.Duration `toml:"silent_after"` // since a host was heard
	LateAfter   config.Duration `toml:"late_after"`   // beyond the end of a window that is not there
	NewSeries   int             `toml:"new_series"`   // more than twice as many as a week before
}

// Retentions are how long each bucket keeps its points.
type Retentions struct {
	Raw     Retention `toml:"raw"`
	Minutes Retention `toml:"minutes"`
	Hours   Retention `toml:"hours"`
	Events  Retention `toml:"events"`
}

// Retention is a time in days, as in "30d", or hours; "forever" is zero.
type Retention time.Duration

const day = 24 * time.Hour

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Retention) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "forever" {
		*r = 0
		return nil
	}
	for unit, length := range map[string]time.Duration{"d": day, "h": time.Hour} {
		number, ok := strings.CutSuffix(s, unit)
		if n, err := strconv.ParseUint(number, 10, 16); ok && err == nil && time.Duration(n)*length >= time.Hour {
			*r = Retention(time.Duration(n) * length)
			return nil
		}
	}
	return fmt.Errorf(`%q is no retention; write for example "30d" or "48h", at least "1h", or "forever"`, s)
}

// DefaultOrg is the organisation where nothing names another.
const DefaultOrg = "cosyvoice_org"

// Default are the settings without a file. They name no organisation.
func Default() Settings {
	return Settings{
		BucketPrefix: "performance_monitor", Interval: config.Duration(10 * time.Second), Every: config.Duration(time.Minute),
		Retention: Retentions{Raw: Retention(30 * day), Minutes: Retention(90 * day), Hours: Retention(730 * day), Events: Retention(730 * day)},
		Health:    Health{SilentAfter: config.Duration(rollup.Defaults.SilentAfter), LateAfter: config.Duration(rollup.Defaults.LateAfter), NewSeries: rollup.Defaults.NewSeries},
		Alerts:    Alerts{Language: string(words.English)},
	}
}

// Sample is a file with the defaults.
const Sample = `# Settings of cosyvoicectl plan, apply and destroy. All have these defaults.

# Organisation in InfluxDB; else --org, INFLUX_ORG, the profile of the influx tool, or this.
#org = "cosyvoice_org"

# Ticks go to the bucket of this name, the rest to buckets of which it is the beginning:
# performance_monitor_1m, performance_monitor_1h, performance_monitor_events. Another one
# has to stand in telegraf.conf too.
#bucket_prefix = "performance_monitor"

# Telegraf's interval. Of a longer time than three of them, and 90 s, without a point
# nothing is taken to be known.
#interval = "10s"

# How often the windows of a minute are computed, in whole minutes. 5m takes about a fifth of
# the processor time of 1m; whoever reads takes what is newer from the ticks.
#every = "1m"

# How long points are kept: days, hours, or "forever". To keep ticks for 90 days takes about
# three times the space of the default.
[retention]
#raw = "30d"
#minutes = "90d"
#hours = "730d"
#events = "730d"

# What the task that watches over the history tells of: a host that was not heard for so long,
# windows that are not there so long after their end, and so many series more than twice those
# of a week before.
[health]
#silent_after = "5m"
#late_after = "15m"
#new_series = 1000

# Whom InfluxDB tells of what is found: the address of an Alertmanager, as it is reached from
# InfluxDB, such as "http://127.0.0.1:9093"; "" for nobody. The language is en or zh. Each alert has a
# link to the dashboard, where an address is given.
[alerts]
#alertmanager = ""
#language = "en"
#dashboard = ""

# From when on something is taken to be a cause. "cosyvoicectl explain CODE" lists the limits of each,
# with the unit and the reason; those that several causes share stand in [limits.minutes] and
# [limits.trends].
[limits.gpu_memory_high]
#full = 90.0
[limits.minutes]
#slow_from = 1.5
`

// Load reads the settings; a key that nothing knows, or a value that does not fit, is an error
// that names its line.
func Load(path string) (Settings, error) {
	settings := Default()
	text, err := os.ReadFile(path)
	if err != nil {
		return settings, fmt.Errorf("reading the settings: %w", err)
	}
	decoder := config.Decoder{File: path, LookupEnv: os.LookupEnv}
	if err := decoder.Decode(text, &settings); err != nil {
		return settings, err
	}
	return settings, settings.check(path)
}

func (s Settings) check(path string) error {
	switch {
	case len(s.BucketPrefix) < 2 || s.BucketPrefix[0] == '_' || strings.ContainsAny(s.BucketPrefix, `"\$`):
		return fmt.Errorf("%s: bucket_prefix %q: InfluxDB takes names of two letters or more that do not begin with an underscore; quotes and dollar signs are not allowed", path, s.BucketPrefix)
	case s.Interval < config.Duration(time.Second) || s.Interval > config.Duration(10*time.Minute):
		return fmt.Errorf("%s: interval %s is not between 1s and 10m", path, time.Duration(s.Interval))
	case s.Every < config.Duration(time.Minute) || s.Every > config.Duration(15*time.Minute) || s.Every%config.Duration(time.Minute) != 0:
		return fmt.Errorf("%s: every %s is not whole minutes from 1m to 15m", path, time.Duration(s.Every))
	}
	for key, d := range map[string]config.Duration{"silent_after": s.Health.SilentAfter, "late_after": s.Health.LateAfter} {
		if d < config.Duration(time.Minute) || d > config.Duration(3*time.Hour) || d%config.Duration(time.Second) != 0 {
			return fmt.Errorf("%s: health: %s %s is not whole seconds from 1m to 3h", path, key, time.Duration(d))
		}
	}
	if s.Health.NewSeries < 1 {
		return fmt.Errorf("%s: health: new_series %d is not 1 or more", path, s.Health.NewSeries)
	}
	if err := s.Alerts.check(path); err != nil {
		return err
	}
	for _, r := range []struct {
		finer, coarser         string
		finerKept, coarserKept Retention
	}{
		{"raw", "minutes", s.Retention.Raw, s.Retention.Minutes},
		{"minutes", "hours", s.Retention.Minutes, s.Retention.Hours},
	} {
		if r.coarserKept != 0 && (r.finerKept == 0 || r.coarserKept < r.finerKept) {
			return fmt.Errorf("%s: retention: %s are kept for a shorter time than %s, of which they are made", path, r.coarser, r.finer)
		}
	}
	return nil
}

func (a Alerts) check(path string) error {
	for key, address := range map[string]string{"alertmanager": a.Alertmanager, "dashboard": a.Dashboard} {
		u, err := url.Parse(address)
		if address != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "") {
			return fmt.Errorf("%s: alerts: %s %q is no address such as http://127.0.0.1:9093", path, key, address)
		}
	}
	if strings.HasSuffix(a.Alertmanager, "/") {
		return fmt.Errorf("%s: alerts: alertmanager %q: leave the slash at its end out", path, a.Alertmanager)
	}
	if _, err := words.ParseLanguage(a.Language); err != nil {
		return fmt.Errorf("%s: alerts: language: %w", path, err)
	}
	return nil
}
