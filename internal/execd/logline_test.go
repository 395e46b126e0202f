package execd

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestErrorLines(t *testing.T) {
	err := errors.Join(errors.New("a.conf:3: unknown key"), fmt.Errorf("a.conf:6: unknown\tkey\n%w", errors.New("end")))
	require.Equal(t, "E! a.conf:3: unknown key\nE! a.conf:6: unknown key\nE! end\n", ErrorLines(err))
}
