package stack

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// How long a part may take before the user is told what is known.
const (
	influxdPatience   = time.Minute
	simulatorPatience = 30 * time.Second
	// Telegraf reads on the full 10 s and writes at most 11 s later.
	pointPatience = 30 * time.Second
)

// awaitInfluxd waits until influxd answers, however long it takes to replay its
// data; the error is that life ended.
func awaitInfluxd(life context.Context, influxd part, url string, say *words.Printer) error {
	client := influx.New(url, org, "")
	defer client.Close()
	began := time.Now()
	for {
		patience, cancel := context.WithTimeout(life, influxdPatience)
		version, err := client.WaitReady(patience)
		cancel()
		if err == nil {
			say.Say(words.PartReady, influxd.name, version, url)
			return nil
		}
		if life.Err() != nil {
			return err
		}
		say.Say(words.InfluxdSlow, words.Span(time.Since(began).Seconds()), logTail(influxd.log, 0))
	}
}

// awaitSimulator waits for the stand-in's port. The stack goes on when it takes
// long; the error is that life ended.
func awaitSimulator(life context.Context, folder Folder, port int, say *words.Printer) error {
	patience, cancel := context.WithTimeout(life, simulatorPatience)
	defer cancel()
	err := awaitPort(patience, port)
	switch {
	case err == nil:
		say.Say(words.SimulatorReady, loopback(port))
	case life.Err() == nil:
		log := folder.log("cosyvoice-sim")
		say.Say(words.SimulatorNotReady, err, logTail(log, 0))
	}
	return life.Err()
}

// awaitFirstPoint waits for the plugin's first point in InfluxDB, and tells what
// is wrong when it takes too long; the error is that life ended.
func awaitFirstPoint(life context.Context, url string, folder Folder, since time.Time, logged int64, say *words.Printer) error {
	token, err := readSecret(folder.readToken())
	if err != nil {
		return err
	}
	client := influx.New(url, org, token)
	defer client.Close()

	say.Say(words.AwaitingPoint, words.Span(pointPatience.Seconds()))
	patience, cancel := context.WithTimeout(life, pointPatience)
	err = awaitPoint(patience, client, since)
	cancel()
	if err == nil {
		say.Say(words.PointArrived)
	} else if life.Err() == nil {
		log := folder.log("telegraf")
		say.Say(words.NoPointYet, words.Span(pointPatience.Seconds()), logTail(log, logged))
	}
	if life.Err() != nil {
		return life.Err()
	}
	say.Say(words.Summary, url, org, ticksBucket, folder.readToken(), string(folder))
	if err == nil {
		return nil
	}
	if err := awaitPoint(life, client, since); err != nil {
		return err
	}
	say.Say(words.PointArrived)
	return nil
}

// awaitPoint waits until a point that the plugin made after the given time can be
// queried.
func awaitPoint(ctx context.Context, client *influx.Client, since time.Time) error {
	flux := fmt.Sprintf(`from(bucket: %q)
  |> range(start: %s)
  |> filter(fn: (r) => r._measurement == "cosyvoice_agent")
  |> limit(n: 1)`, ticksBucket, influx.Time(since))
	poll := time.NewTicker(500 * time.Millisecond)
	defer poll.Stop()
	for {
		// An error is not final: influxd may be restarting.
		if records, err := client.Query(ctx, flux); err == nil && len(records) > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-poll.C:
		}
	}
}

// awaitPort waits until something listens on a port of this host.
func awaitPort(ctx context.Context, port int) error {
	poll := time.NewTicker(100 * time.Millisecond)
	defer poll.Stop()
	for {
		conn, err := net.DialTimeout("tcp", loopback(port), time.Second)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for port %d: %w", port, err)
		case <-poll.C:
		}
	}
}
