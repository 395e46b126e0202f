package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/influx"
	"github.com/cosyvoice-telegraf/cosyvoice-telegraf/internal/words"
)

// Names that the whole project agrees on.
const (
	org          = "cosyvoice_org"
	ticksBucket  = "performance_monitor"
	eventsBucket = "performance_monitor_events"
)

const day = 24 * time.Hour

var (
	buckets = []influx.Bucket{
		{Name: ticksBucket, Retention: 30 * day},
		{Name: eventsBucket, Retention: 730 * day},
	}
	bucketNames = []string{ticksBucket, eventsBucket}
)

func influxURL(port int) string { return "http://" + loopback(port) }

// influxdPart keeps all of influxd's data below the state folder. It runs in
// there too, since it would take a config file that lies in its working directory.
func influxdPart(program Program, folder Folder, port int) part {
	data := folder.influxData()
	return part{
		name:    "influxd",
		version: program.Version,
		path:    program.Path,
		args: []string{
			"--bolt-path", filepath.Join(data, "influxd.bolt"),
			"--sqlite-path", filepath.Join(data, "influxd.sqlite"),
			"--engine-path", filepath.Join(data, "engine"),
			"--http-bind-address", loopback(port),
			"--reporting-disabled",
			"--log-level", "error",
		},
		env: slices.DeleteFunc(os.Environ(), func(variable string) bool {
			return strings.HasPrefix(variable, "INFLUXD_")
		}),
		dir:       data,
		log:       folder.log("influxd"),
		grace:     30 * time.Second,
		mustStart: true,
	}
}

// provision brings an InfluxDB that is ready to the state that the stack needs:
// owner, buckets, and two narrow tokens. What is there already stays as it is.
func provision(ctx context.Context, url string, folder Folder) error {
	password, err := ensureSecret(folder.adminPassword())
	if err != nil {
		return err
	}
	anonymous := influx.New(url, org, "")
	defer anonymous.Close()
	done, err := anonymous.IsSetUp(ctx)
	if err != nil {
		return err
	}
	if _, err := os.Stat(folder.operatorToken()); done && errors.Is(err, os.ErrNotExist) {
		return words.OperatorTokenMissing.With(folder.influxData(), folder.operatorToken())
	}
	token, err := ensureSecret(folder.operatorToken())
	if err != nil {
		return err
	}
	if !done {
		owner := influx.Owner{User: "admin", Password: password, Token: token, Bucket: buckets[0]}
		if err := anonymous.SetUp(ctx, owner); err != nil {
			return err
		}
	}
	operator := influx.New(url, org, token)
	defer operator.Close()
	accepted, err := operator.Accepted(ctx)
	if err != nil {
		return err
	}
	if !accepted {
		return words.OperatorTokenRefused.With(folder.operatorToken(), folder.influxData())
	}
	for _, bucket := range buckets {
		if err := operator.EnsureBucket(ctx, bucket); err != nil {
			return err
		}
	}
	if err := ensureToken(ctx, operator, "telegraf: write only", influx.Write, folder.writeToken()); err != nil {
		return err
	}
	return ensureToken(ctx, operator, "cosyvoicectl: read only", influx.Read, folder.readToken())
}

// ensureToken makes sure that the server has a token and that its file is there;
// the server shows a token's text only once, so one without the other is useless.
func ensureToken(ctx context.Context, operator *influx.Client, description string, access influx.Access, path string) error {
	known, err := operator.HasToken(ctx, description)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); known && err == nil {
		return nil
	}
	token, err := operator.NewToken(ctx, description, access, bucketNames...)
	if err != nil {
		return err
	}
	if err := writeFile(path, []byte(token)); err != nil {
		return fmt.Errorf("keeping the token %q: %w", description, err)
	}
	return nil
}
