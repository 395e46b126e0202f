// Package corpus checks the committed logs and their truths. generate.sh makes them anew.
package corpus

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const mostBytes = 3 << 20

func TestTotalsAreTheSumsOfTheRequests(t *testing.T) {
	each(t, func(t *testing.T, _ string, told truth) {
		var sum totals
		sum.ByClass, sum.ByError = map[string]int{}, map[string]int{}
		for _, died := range told.Exceptions {
			sum.Dead++
			sum.ByClass[died.Cls]++
			sum.ByError[died.Error]++
		}
		outcomes := map[string]*int{
			"ok": &sum.OK, "error": &sum.Failed, "hung": &sum.Hung, "abandoned": &sum.Abandoned, "refused": &sum.Refused,
		}
		for _, asked := range told.Requests {
			sum.Requests++
			require.Contains(t, outcomes, asked.Outcome, asked.ID)
			*outcomes[asked.Outcome]++
			require.Equal(t, asked.Outcome == "error", asked.Error != nil, asked.ID)
			if asked.Error != nil && asked.Error.Cls != "" {
				sum.ByClass[asked.Error.Cls]++
				sum.ByError[asked.Error.Error]++
			}
			addSegments(t, &sum, asked)
			sum.Yields += asked.Yields
			sum.Audio += asked.Audio
			sum.Compute += asked.Compute
		}
		if told.Scenario == "trt_context" { // fails before there are requests
			sum.ByClass["AssertionError"]++
			sum.ByError["tensorrt"]++
		}
		require.Equal(t, sum, told.Totals)
	})
}

func addSegments(t *testing.T, sum *totals, asked request) {
	var of request
	require.Greater(t, asked.End, asked.Start, asked.ID)
	for _, segment := range asked.Segments {
		require.Equal(t, segment.Logged, segment.Chars != nil, asked.ID)
		if segment.Logged {
			of.Started++
			sum.Characters += *segment.Chars
		}
		if segment.Complete {
			sum.Complete++
		} else {
			sum.Open++
		}
		if segment.TooShort {
			sum.TooShort++
		}
		last := segment.Start
		for _, audio := range segment.Yields {
			require.Greater(t, audio.T, last, asked.ID)
			require.InEpsilon(t, audio.Compute, audio.RTF*audio.Audio, 1e-9, asked.ID)
			last = audio.T
			of.Yields++
			of.Audio += audio.Audio
			of.Compute += audio.Compute
		}
	}
	require.Equal(t, of.Started, asked.Started, asked.ID)
	require.Equal(t, of.Yields, asked.Yields, asked.ID)
	require.InDelta(t, of.Audio, asked.Audio, 1e-9, asked.ID)
	require.InDelta(t, of.Compute, asked.Compute, 1e-9, asked.ID)
	sum.Segments += of.Started
}

func TestEveryScenarioIsThere(t *testing.T) {
	sources, err := filepath.Glob("server/scenarios/*.py")
	require.NoError(t, err)
	var named []string
	for _, file := range sources {
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`(?s)@scenario\(.*?\ndef (\w+)\(run\)`).FindAllSubmatch(source, -1) {
			named = append(named, string(found[1]))
		}
	}
	folders, err := filepath.Glob(filepath.Join(root, "*", "truth.json"))
	require.NoError(t, err)
	for i, file := range folders {
		folders[i] = filepath.Base(filepath.Dir(file))
	}
	require.ElementsMatch(t, named, folders)
}

func TestLogsHoldWhatTheTruthTells(t *testing.T) {
	each(t, func(t *testing.T, folder string, told truth) {
		log := logOf(t, folder, told)
		yields := bytes.Count(log, []byte("yield speech len "))
		if told.Forged == nil && told.Scenario != "debug_noise" {
			require.Equal(t, told.Totals.Yields, yields)
		} else {
			require.Greater(t, yields, told.Totals.Yields, "nothing is forged or quoted")
		}
		for answered, count := range told.Access {
			part := strings.Fields(answered) // POST /inference_sft 200
			line := `"` + part[0] + " " + part[1] + ` HTTP/1.1" ` + part[2]
			require.Equal(t, count, bytes.Count(log, []byte(line)), answered)
		}
	})
}

func TestTextsHoldTheSecrets(t *testing.T) {
	each(t, func(t *testing.T, folder string, told truth) {
		var spoken texts
		read(t, filepath.Join(folder, "texts.json"), &spoken)
		require.Equal(t, told.Totals.Requests > 0, len(spoken.Needles) > 0)
		log := string(logOf(t, folder, told))
		for _, needle := range spoken.Needles {
			require.Greater(t, len([]rune(needle)), 2, "too short to be told from other words")
			found := strings.Contains(log, needle) ||
				slices.ContainsFunc(spoken.Texts, func(text string) bool { return strings.Contains(text, needle) })
			require.True(t, found, "%q is in no text and not in the log", needle)
		}
	})
}

func TestNothingTellsOfTheMachineThatMadeIt(t *testing.T) {
	source := regexp.MustCompile(`File "([^"]*)"`)
	var size int64
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		size += int64(len(content))
		for _, found := range source.FindAllSubmatch(content, -1) {
			require.True(t, bytes.HasPrefix(found[1], []byte("/opt/")) || bytes.HasPrefix(found[1], []byte("<frozen")),
				"%s names %s", path, found[1])
		}
		require.NotRegexp(t, `/(root|home|work|Users)/`, string(content), path)
		return nil
	})
	require.NoError(t, err)
	require.Less(t, size, int64(mostBytes))
}
