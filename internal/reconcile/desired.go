// Package reconcile brings an InfluxDB organisation to a desired state: buckets, tasks and
// tokens. What it makes carries a label and, in its description, a hash of its content, by
// which it tells its own from what is someone else's, and what was edited by hand from what
// an earlier version made.
package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Desired is what an organisation is to hold.
type Desired struct {
	Org     string
	Buckets []Bucket
	Tasks   []Task
	Tokens  []Token
}

// Bucket is a place for points.
type Bucket struct {
	Name        string
	Description string
	Retention   time.Duration // zero is for ever
}

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// shardGroup is how much of a bucket's time lies in one set of files: an eighth of the retention in
// whole weeks or days, a quarter of a year where all is kept. Points are deleted by whole sets, so they
// stay up to that much longer. A question opens each set that its time touches: 90 days of two years,
// of which InfluxDB's own choice makes 13 sets, take half the time out of two.
func (b Bucket) shardGroup() time.Duration {
	switch eighth := b.Retention / 8; {
	case b.Retention == 0:
		return 13 * week
	case eighth >= week:
		return eighth.Truncate(week)
	case eighth >= day:
		return eighth.Truncate(day)
	}
	return usualShardGroup(b.Retention)
}

// usualShardGroup is what earlier versions asked for, which is what InfluxDB chooses by itself (docs,
// "shard group duration"), save at 180 days.
func usualShardGroup(retention time.Duration) time.Duration {
	switch {
	case retention == 0, retention > 180*day:
		return week
	case retention < 2*day:
		return time.Hour
	}
	return day
}

// content is what the hash of a bucket is of. The usual shard group is left out, so that the hashes of
// earlier versions hold.
func content(retention, shardGroup time.Duration) string {
	text := fmt.Sprintf("retention %s", retention)
	if shardGroup != usualShardGroup(retention) {
		text += fmt.Sprintf(", shard groups of %s", shardGroup)
	}
	return text
}

// Task is a Flux task; its name stands in its option task too.
type Task struct {
	Name        string
	Description string
	Flux        string
}

// Access is what a token may do with the buckets that it is for.
type Access string

// The two kinds of access; a token has one of them.
const (
	Read  Access = "read"
	Write Access = "write"
)

// Token may do one thing with some buckets. Its text is kept in a file.
type Token struct {
	Name    string // for people, as in rotate-token
	File    string // below the folder of the secrets
	Access  Access
	Buckets []string
	// OwnsTasks is set for the one token with which the tasks are created: it belongs to a
	// user of its own, since a task runs with the rights of its owner.
	OwnsTasks bool
}

// description is the token's in InfluxDB.
func (t Token) description() string { return owner + ": " + t.Name }

// owner names what is managed here.
const owner = "cosyvoice-telegraf"

// mark is what ends the description of everything that is managed here: a hash of its
// content as it was last applied.
func mark(description, content string) string {
	return description + " [" + owner + " " + hash(content) + "]"
}

func hash(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:8])
}

// markOf finds the hash in a description.
func markOf(description string) (hash string, ok bool) {
	_, rest, ok := strings.Cut(description, " ["+owner+" ")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(rest, "]")
}

// IsManaged tells by a description whether something is managed here.
func IsManaged(description string) bool {
	_, marked := markOf(description)
	return marked
}
