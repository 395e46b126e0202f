// Package cosyvoicetelegraf holds the files that the tools carry with them, so
// that a single binary can set up a host.
package cosyvoicetelegraf

import "embed"

// TelegrafConf is the telegraf.conf at the top of this repository, the one that
// users install and that `cosyvoicectl up` runs.
//
//go:embed telegraf.conf
var TelegrafConf string

// Conditions are the folder flux/causes: what is taken to be which cause.
//
//go:embed flux/causes
var Conditions embed.FS

// Queries are the files of the folder flux that answer people's questions.
//
//go:embed flux/*.flux
var Queries embed.FS
