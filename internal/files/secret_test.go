package files

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestASecretThatOthersMayRead(t *testing.T) {
	for mode, refused := range map[os.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true, 0o620: true, 0o644: true} {
		path := filepath.Join(t.TempDir(), "secret")
		require.NoError(t, os.WriteFile(path, []byte("\uFEFFa secret\r\n"), 0o600))
		require.NoError(t, os.Chmod(path, mode))
		secret, err := Secret(path)
		require.Equal(t, refused, err != nil, mode)
		if refused {
			require.ErrorContains(t, err, "chmod 600 "+path)
		} else {
			require.Equal(t, "a secret", secret)
		}
	}
	_, err := Secret("/nowhere/robot.url")
	require.ErrorIs(t, err, os.ErrNotExist)
}
