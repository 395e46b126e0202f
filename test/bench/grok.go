package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/influxdata/line-protocol/v2/lineprotocol"
)

// grokConf is what a person would write to get segments and yields out of the log with
// Telegraf's own means. The buffers are larger than by default, in the peer's favour.
const grokConf = `[agent]
  interval = "10s"
  flush_interval = "1s"
  metric_batch_size = 10000
  metric_buffer_limit = 100000
  omit_hostname = true
  quiet = true
[[outputs.file]]
  files = [%q]
  data_format = "influx"
[[inputs.tail]]
  files = [%q]
  initial_read_offset = "beginning"
  max_undelivered_lines = 20000
  path_tag = ""
  data_format = "grok"
  grok_timezone = "UTC"
  grok_patterns = ["%%{YIELD}", "%%{SEGMENT}"]
  grok_custom_patterns = '''
YIELD %[3]syield speech len %%{NUMBER:audio_seconds:float}, rtf %%{NUMBER:rtf:float}
SEGMENT %[3]ssynthesis text %%{GREEDYDATA:text}
'''
`

// grokHeader takes the time of a point from the log. Without it each point has the time
// at which it is read, and the pattern is several times cheaper.
const grokHeader = `%{TIMESTAMP_ISO8601:time:ts-"2006-01-02 15:04:05,000"} %{LOGLEVEL:level:tag} `

// grokLog lets Telegraf read the log until the last line has come out.
func (l *lab) grokLog(ctx context.Context, log, header string) (cost, error) {
	out := filepath.Join(l.dir, "grok.lp")
	if err := os.Remove(out); err != nil && !errors.Is(err, os.ErrNotExist) {
		return cost{}, err
	}
	if err := l.write("grok.conf", fmt.Sprintf(grokConf, out, log, header)); err != nil {
		return cost{}, err
	}
	c := l.command(ctx, l.telegraf, "--config", filepath.Join(l.dir, "grok.conf"))
	if err := l.start(c, "grok"); err != nil {
		return cost{}, err
	}
	last := []byte("audio_seconds=" + strconv.FormatFloat(lastAudio, 'g', -1, 64))
	return watch(c, func() bool { return endsWith(out, last) })
}

// grokFound sums up what grok made of the log.
func grokFound(path string) (found tally, err error) {
	err = eachPoint(path, func(_ string, fields map[string]any) {
		audio, isYield := fields["audio_seconds"].(float64)
		if !isYield {
			found.segments++
			return
		}
		rtf, _ := fields["rtf"].(float64)
		found.add(tally{yields: 1, audio: audio, compute: audio * rtf})
	})
	return found, err
}

// replayFound sums up what replay printed.
func replayFound(path string) (found tally, err error) {
	err = eachPoint(path, func(name string, fields map[string]any) {
		if name != "cosyvoice_synthesis" {
			return
		}
		segments, _ := fields["segments"].(int64)
		chunks, _ := fields["chunks"].(int64)
		audio, _ := fields["audio_seconds"].(float64)
		compute, _ := fields["compute_seconds"].(float64)
		found.add(tally{1, int(segments), int(chunks), audio, compute})
	})
	return found, err
}

// eachPoint reads the measurements and the fields of a file of line protocol.
func eachPoint(path string, see func(name string, fields map[string]any)) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	d := lineprotocol.NewDecoder(file)
	for d.Next() {
		bytes, err := d.Measurement()
		if err != nil {
			return err
		}
		name, fields := string(bytes), map[string]any{}
		for {
			key, value, err := d.NextField()
			if err != nil {
				return err
			}
			if key == nil {
				break
			}
			fields[string(key)] = value.Interface()
		}
		see(name, fields)
	}
	return nil
}
