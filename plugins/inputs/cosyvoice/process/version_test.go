package process

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	commit = "ace7c47d1c6f2ef9b1e2b0b5b0a3b0a7b3c4d5e6"
	other  = "0123456789abcdef0123456789abcdef01234567"
)

func TestVersion(t *testing.T) {
	for name, tc := range map[string]struct {
		files      map[string]string
		modelDir   string
		configured string
		want       string
	}{
		"configured":    {files: map[string]string{".git/HEAD": commit}, configured: "v3", want: "v3"},
		"detached":      {files: map[string]string{".git/HEAD": commit + "\n"}, want: "ace7c47"},
		"loose":         {files: map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": commit + "\n", ".git/packed-refs": other + " refs/heads/main\n"}, want: "ace7c47"},
		"packed":        {files: map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".git/packed-refs": "# pack-refs with: peeled\n" + other + " refs/heads/dev\n" + commit + " refs/heads/main\n^" + other + "\n"}, want: "ace7c47"},
		"unborn branch": {files: map[string]string{".git/HEAD": "ref: refs/heads/main\n"}, modelDir: "CosyVoice2-0.5B", want: "CosyVoice2"},
		"linked worktree": {files: map[string]string{
			".git":                                   "gitdir: /src/CosyVoice/.git/worktrees/tts\n",
			"/src/CosyVoice/.git/worktrees/tts/HEAD": "ref: refs/heads/tts\n",
			"/src/CosyVoice/.git/worktrees/tts/commondir": "../..\n",
			"/src/CosyVoice/.git/refs/heads/tts":          commit + "\n",
			"/src/CosyVoice/.git/HEAD":                    other + "\n",
		}, want: "ace7c47"},
		"detached worktree": {files: map[string]string{
			".git":                                   "gitdir: /src/CosyVoice/.git/worktrees/tts\n",
			"/src/CosyVoice/.git/worktrees/tts/HEAD": commit + "\n",
			"/src/CosyVoice/.git/worktrees/tts/commondir": "../..\n",
		}, want: "ace7c47"},
		"submodule": {files: map[string]string{
			".git":                              "gitdir: ../.git/modules/CosyVoice\n",
			"/root/.git/modules/CosyVoice/HEAD": "ref: refs/heads/main\n",
			"/root/.git/modules/CosyVoice/refs/heads/main": commit + "\n",
		}, want: "ace7c47"},
		"worktree that is gone": {files: map[string]string{".git": "gitdir: /src/gone\n"}, want: ""},
		"not a hash":            {files: map[string]string{".git/HEAD": "ref: ../secret\n", "secret": "a private line"}, want: ""},
		"model's file":          {files: map[string]string{"models/a/cosyvoice3.yaml": "", "models/a/cosyvoice.yaml": ""}, modelDir: "models/a", want: "CosyVoice3"},
		"model's name":          {modelDir: "pretrained_models/Fun-CosyVoice3-0.5B", want: "CosyVoice3"},
		"first model":           {modelDir: "iic/CosyVoice-300M", want: "CosyVoice"},
		"unknown":               {modelDir: "models/b", want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			for file, content := range tc.files {
				if !filepath.IsAbs(file) {
					file = filepath.Join(checkout, file)
				}
				m.file(file, content)
			}
			p := proc{pid: 100, ppid: 1, argv: "python3 server.py", cwd: checkout + "/runtime/python/fastapi"}
			if tc.modelDir != "" {
				p.cwd = checkout
				p.argv += " --model_dir " + tc.modelDir
			}
			m.run(p)
			report := m.observer(Options{Version: tc.configured}).Tick(nil)
			require.Equal(t, tc.want, report.Services[0].Version)
		})
	}
}

func TestVersionBelongsToOneProcess(t *testing.T) {
	m := newMachine(t)
	m.file(checkout+"/.git/HEAD", commit)
	m.run(webui(100))
	o := m.observer(Options{})
	o.Tick(nil)
	m.file(checkout+"/.git/HEAD", other)
	require.Equal(t, "ace7c47", o.Tick(nil).Services[0].Version, "pulled, but not restarted")
	m.kill(100)
	m.wait(time.Second)
	require.Equal(t, "ace7c47", o.Tick(nil).Services[0].Version)
	m.run(webui(101))
	require.Equal(t, "0123456", o.Tick(nil).Services[0].Version)
}

func FuzzPackedRef(f *testing.F) {
	f.Add(commit+" refs/heads/main\n", "refs/heads/main")
	f.Fuzz(func(t *testing.T, packed, ref string) {
		if found := packedRef(packed, ref); len(found) > len(packed) {
			t.Fatalf("%q is longer than where it was found", found)
		}
	})
}
