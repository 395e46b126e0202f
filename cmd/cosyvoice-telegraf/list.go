package main

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/influxdata/line-protocol/v2/lineprotocol"
)

// list prints points, which come as line protocol, for a person: a head for each
// and a line for each field. It is silent about their time, which is now.
func list(out io.Writer, points []byte) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	dec := lineprotocol.NewDecoderWithBytes(points)
	for first := true; dec.Next(); first = false {
		if !first {
			fmt.Fprintln(table)
		}
		if err := listPoint(table, dec); err != nil {
			return fmt.Errorf("reading a point: %w", err)
		}
	}
	return table.Flush()
}

func listPoint(table io.Writer, dec *lineprotocol.Decoder) error {
	measurement, err := dec.Measurement()
	if err != nil {
		return err
	}
	head := []string{string(measurement)}
	for {
		key, value, err := dec.NextTag()
		if err != nil {
			return err
		}
		if key == nil {
			break
		}
		head = append(head, fmt.Sprintf("%s=%s", key, value))
	}
	fmt.Fprintln(table, strings.Join(head, "  "))
	for {
		key, value, err := dec.NextField()
		if err != nil || key == nil {
			return err
		}
		fmt.Fprintf(table, "  %s\t%s\n", key, readable(value))
	}
}

// readable is a value without exponent, and with three decimals at most.
func readable(v lineprotocol.Value) string {
	if v.Kind() != lineprotocol.Float {
		return fmt.Sprint(v.Interface())
	}
	return strconv.FormatFloat(math.Round(v.FloatV()*1000)/1000, 'f', -1, 64)
}
