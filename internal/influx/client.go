// Package influx is what this project asks of an InfluxDB 2 server beyond
// writing points: its first setup, buckets, narrow tokens, and Flux queries.
package influx

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	influxdb2 "github.com/influxdata/influxdb-client-go/v2"
	influxhttp "github.com/influxdata/influxdb-client-go/v2/api/http"
	"github.com/influxdata/influxdb-client-go/v2/api/query"
	"github.com/influxdata/influxdb-client-go/v2/domain"
)

// Client talks to one server about one organisation.
type Client struct {
	api influxdb2.Client
	org string
}

// New makes a client; nothing is sent before it is used. The token may be empty
// for WaitReady, IsSetUp and SetUp.
func New(url, org, token string) *Client {
	options := influxdb2.DefaultOptions().SetApplicationName("cosyvoicectl")
	return &Client{api: influxdb2.NewClientWithOptions(url, token, options), org: org}
}

// Close gives the client's connections back.
func (c *Client) Close() { c.api.Close() }

// WaitReady asks for the server's health until it passes, and returns the
// server's version. The error says what was seen last when ctx ends first.
func (c *Client) WaitReady(ctx context.Context) (version string, err error) {
	poll := time.NewTicker(100 * time.Millisecond)
	defer poll.Stop()
	seen := errors.New("no answer yet")
	for {
		health, err := c.api.Health(ctx)
		switch {
		case err == nil && health.Status == domain.HealthCheckStatusPass:
			if health.Version != nil {
				version = *health.Version
			}
			return version, nil
		case err == nil:
			seen = fmt.Errorf("health is %q", health.Status)
		case ctx.Err() == nil:
			seen = err
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("waiting for InfluxDB at %s: %w (last seen: %v)", c.api.ServerURL(), ctx.Err(), seen)
		case <-poll.C:
		}
	}
}

// Address is the server's, without a slash at its end.
func (c *Client) Address() string { return strings.TrimSuffix(c.api.ServerURL(), "/") }

// Org is the organisation that the client is for.
func (c *Client) Org() string { return c.org }

// Version is the server's.
func (c *Client) Version(ctx context.Context) (string, error) {
	health, err := c.api.Health(ctx)
	if err != nil {
		return "", fmt.Errorf("asking InfluxDB for its version: %w", err)
	}
	if health.Version == nil {
		return "", nil
	}
	return *health.Version, nil
}

// Query runs a Flux query and collects its records; it is meant for answers that
// fit a screen.
func (c *Client) Query(ctx context.Context, flux string) ([]*query.FluxRecord, error) {
	result, err := c.api.QueryAPI(c.org).Query(ctx, flux)
	if err != nil {
		return nil, fmt.Errorf("querying InfluxDB: %w", err)
	}
	defer result.Close()
	var records []*query.FluxRecord
	for result.Next() {
		records = append(records, result.Record())
	}
	if err := result.Err(); err != nil {
		return nil, fmt.Errorf("reading InfluxDB's answer: %w", err)
	}
	return records, nil
}

// Accepted reports whether the server knows the client's token.
func (c *Client) Accepted(ctx context.Context) (bool, error) {
	_, err := c.Query(ctx, `buckets() |> limit(n: 1)`)
	var answer *influxhttp.Error
	if errors.As(err, &answer) && answer.StatusCode == http.StatusUnauthorized {
		return false, nil
	}
	return err == nil, err
}
