package words

import (
	"errors"
	"fmt"
	"strings"
)

// Text is one text in each language. It may hold fmt verbs, the same ones in both
// languages; where the order of words differs, the verbs carry indexes ("%[2]s").
type Text struct{ En, Zh string }

// In is the text itself, verbs and all.
func (t Text) In(language Language) string {
	if language == Chinese {
		return t.Zh
	}
	return t.En
}

// With fills in the text's verbs.
func (t Text) With(args ...any) Message { return Message{text: t, args: args} }

// Message is a text with its arguments, not yet bound to a language. It is an
// error too, so that what a package reports can be told in the reader's language
// by whoever prints it.
type Message struct {
	text Text
	args []any
}

// In renders the message. Arguments that exist in several languages are rendered
// in the same one.
func (m Message) In(language Language) string {
	args := make([]any, len(m.args))
	for i, arg := range m.args {
		switch arg := arg.(type) {
		case Text:
			args[i] = arg.In(language)
		case error:
			args[i] = Explain(arg, language)
		default:
			args[i] = arg
		}
	}
	return fmt.Sprintf(m.text.In(language), args...)
}

// Error is the message in English.
func (m Message) Error() string { return m.In(English) }

// MarshalText gives scripts the message in English.
func (m Message) MarshalText() ([]byte, error) { return []byte(m.Error()), nil }

// Is reports whether the target is a message of the same text, whatever its
// arguments, so that errors.Is(err, SomeText.With()) asks for the kind.
func (m Message) Is(target error) bool {
	other, ok := target.(Message)
	return ok && other.text == m.text
}

// Unwrap gives the errors among the arguments.
func (m Message) Unwrap() []error {
	var causes []error
	for _, arg := range m.args {
		if err, ok := arg.(error); ok {
			causes = append(causes, err)
		}
	}
	return causes
}

// Explain tells an error in a language as far as the catalogue knows it, and as
// the error words itself beyond that. Joined errors are told one a line.
func Explain(err error, language Language) string {
	if text, ok := explainAll(err, language); ok {
		return text
	}
	var message Message
	if errors.As(err, &message) {
		return message.In(language)
	}
	return err.Error()
}

// explainAll tells joined errors one a line; ok is false for an error that is not
// joined.
func explainAll(err error, language Language) (text string, ok bool) {
	if _, ok := err.(Message); ok {
		return "", false
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return "", false
	}
	var lines []string
	for _, err := range joined.Unwrap() {
		lines = append(lines, Explain(err, language))
	}
	return strings.Join(lines, "\n"), true
}
