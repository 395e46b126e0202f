package main

import (
	"encoding/binary"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAppKeepsItsAudio(t *testing.T) {
	s := startSimulator(t, "--entry", "app")
	s.ready(t)
	response, err := http.Post(s.url("/gradio_api/call/generate_audio"), "application/json", strings.NewReader(`{"data":["`+shortText+`"]}`))
	require.NoError(t, err)
	status, _ := readAnswer(t, response)
	require.Equal(t, http.StatusOK, status)
	outputs := filepath.Join(s.dir, "CosyVoice", outputsDir)
	eventually(t, func() bool {
		files, _ := filepath.Glob(filepath.Join(outputs, "output_*.wav"))
		if len(files) != 1 {
			return false
		}
		content, err := os.ReadFile(files[0])
		samples := speechTokens(shortText) * samplesPerToken
		return err == nil && len(content) == 44+2*samples && string(content[:4]) == "RIFF" &&
			binary.LittleEndian.Uint32(content[40:]) == uint32(2*samples)
	})
}
