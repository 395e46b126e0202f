// Package words is the catalogue of the texts that people read. Every text
// stands here once, in English and in Chinese; metric names, flags and logs are
// English and do not belong here.
package words

import "strings"

// Language is a language that people are spoken to in.
type Language string

// The languages of the catalogue.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// ParseLanguage reads the value of a --lang flag.
func ParseLanguage(name string) (Language, error) {
	switch language := Language(strings.ToLower(name)); language {
	case English, Chinese:
		return language, nil
	}
	return "", UnknownLanguage.With(name)
}

// EnvironmentLanguage is the language of the locale, by the precedence that POSIX
// gives the variables: LC_ALL, LC_MESSAGES, LANG.
func EnvironmentLanguage(getenv func(string) string) Language {
	for _, variable := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale := getenv(variable); locale != "" {
			if strings.HasPrefix(strings.ToLower(locale), "zh") {
				return Chinese
			}
			return English
		}
	}
	return English
}

// Span is a length of time for people, in its two largest units.
func Span(seconds float64) Message {
	total := int64(seconds)
	days, hours, minutes := total/86400, total/3600%24, total/60%60
	switch {
	case days > 0:
		return spanDays.With(days, hours)
	case hours > 0:
		return spanHours.With(hours, minutes)
	case minutes > 0:
		return spanMinutes.With(minutes, total%60)
	}
	return spanSeconds.With(total)
}

// Length is a length of time for people, of which the smaller unit is left out where it is nothing.
func Length(seconds float64) Message {
	total := int64(seconds)
	switch {
	case total > 2*86400 && total%86400 == 0:
		return lengthDays.With(total / 86400)
	case total > 0 && total <= 2*86400 && total%3600 == 0:
		return lengthHours.With(total / 3600)
	case total > 0 && total < 3600 && total%60 == 0:
		return lengthMinutes.With(total / 60)
	}
	return Span(seconds)
}

var (
	lengthDays    = Text{En: "%d d", Zh: "%d 天"}
	lengthHours   = Text{En: "%d h", Zh: "%d 小时"}
	lengthMinutes = Text{En: "%d min", Zh: "%d 分钟"}

	spanDays    = Text{En: "%d d %d h", Zh: "%d 天 %d 小时"}
	spanHours   = Text{En: "%d h %d min", Zh: "%d 小时 %d 分"}
	spanMinutes = Text{En: "%d min %d s", Zh: "%d 分 %d 秒"}
	spanSeconds = Text{En: "%d s", Zh: "%d 秒"}
)
