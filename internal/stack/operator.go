package stack

import (
	"encoding/json"
	"os"
)

// Operator is the InfluxDB of `up` and the token that may do everything in it; ok is false
// if up does not run with this state folder.
func (f Folder) Operator() (url, token string, ok bool) {
	var running record
	text, err := os.ReadFile(f.runFile())
	if err != nil || json.Unmarshal(text, &running) != nil || running.InfluxURL == "" {
		return "", "", false
	}
	token, err = readSecret(f.operatorToken())
	return running.InfluxURL, token, err == nil
}
