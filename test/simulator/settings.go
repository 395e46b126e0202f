package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"
)

// settingsVariable is the environment variable that carries the settings from
// the supervisor to the server, as JSON.
const settingsVariable = "COSYVOICE_SIM_SETTINGS"

// options are the supervisor's own.
type options struct {
	Dir     string
	LogPath string
	Restart bool
}

// settings are what the server needs to know beyond its real arguments.
type settings struct {
	Entry             string
	Port              int
	Scenario          scenario
	Seed              uint64
	RequestsPerMinute float64
	Requests          int // of the load generator; 0 for no end
	Clients           int // of the load generator; 0 for no bound
	RealTimeFactor    float64
	LoadTime          time.Duration
	GPUState          string // empty: no GPU
	GPU               int
	Truth             string // empty: not written
}

func (s settings) environment() (string, error) {
	value, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encode the server's settings: %w", err)
	}
	return settingsVariable + "=" + string(value), nil
}

// settingsFromEnvironment reports false when this process is not the server.
func settingsFromEnvironment() (settings, bool, error) {
	value, found := os.LookupEnv(settingsVariable)
	if !found {
		return settings{}, false, nil
	}
	var s settings
	if err := json.Unmarshal([]byte(value), &s); err != nil {
		return settings{}, false, fmt.Errorf("read the server's settings from %s: %w", settingsVariable, err)
	}
	return s, true, nil
}
