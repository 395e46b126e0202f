package relay

import (
	"context"
	"errors"
	"time"

	"golang.org/x/time/rate"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

const (
	// answerWithin is when Alertmanager has its answer at the latest. It waits for the
	// group_interval, which is some minutes.
	answerWithin = 20 * time.Second
	// tryTimeout is for one message. A message that is cut off may have arrived, so it is not
	// cut off for the sake of answerWithin: none is begun that might not end by then.
	tryTimeout = 8 * time.Second

	firstPause, longestPause = 500 * time.Millisecond, 4 * time.Second
)

// A robot that sends more than 20 messages a minute is shut up for ten minutes. In no minute are
// there more than burst + 60 s / spacing = 19.
const (
	spacing = 4 * time.Second
	burst   = 4
	// quiet is how long nothing is tried after DingTalk said that it was too much.
	quiet = time.Minute
)

// deliverer sends notifications one after the other.
type deliverer struct {
	robot *Robot
	style Style
	say   func(words.Message)

	turn  chan struct{} // holds one who delivers; the rest is his
	pace  *rate.Limiter
	quiet time.Time // until when DingTalk wants to hear nothing
	told  memory
}

func newDeliverer(robot *Robot, style Style, say func(words.Message)) *deliverer {
	return &deliverer{robot: robot, style: style, say: say,
		turn: make(chan struct{}, 1), pace: rate.NewLimiter(rate.Every(spacing), burst), told: memory{}}
}

// deliver returns nil once DingTalk has taken the notification, be it that it was sent a few
// minutes ago. It waits no longer than ctx; what is just being sent ends only with kill.
func (d *deliverer) deliver(ctx, kill context.Context, n *Notification) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin-tryTimeout)
	defer cancel()
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return waited(ctx, words.RelayOthersFirst)
	}
	if d.told.knows(n, time.Now()) {
		return nil
	}
	message := d.style.Compose(n)
	if err := d.send(ctx, kill, message); err != nil {
		return err
	}
	d.told.add(n, time.Now())
	d.say(words.RelaySent.With(message.Markdown.Title))
	return nil
}

// send tries until DingTalk takes the message, it is hopeless, or the time is up.
func (d *deliverer) send(ctx, kill context.Context, message Message) error {
	if left := time.Until(d.quiet); left > 0 {
		return words.RelayQuiet.With(words.Span(left.Seconds()))
	}
	var last error
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		if err := d.pace.Wait(ctx); err != nil {
			if last == nil {
				last = waited(ctx, words.RelayPaced)
			}
			return last
		}
		last = d.try(kill, message)
		if last == nil || hopeless(last) {
			return last
		}
		if errors.Is(last, words.RelayTooFast.With()) {
			d.quiet = time.Now().Add(quiet)
			return last
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return last
		}
	}
}

func (d *deliverer) try(kill context.Context, message Message) error {
	ctx, cancel := context.WithTimeout(kill, tryTimeout)
	defer cancel()
	return d.robot.Send(ctx, message)
}

// waited words why a message was not tried at all.
func waited(ctx context.Context, why words.Text) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return words.RelayNobodyWaits.With()
	}
	return why.With()
}
