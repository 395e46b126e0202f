package gpu

import (
	"io/fs"
	"syscall"
	"testing"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
	"github.com/stretchr/testify/assert"
)

func TestExplain(t *testing.T) {
	for _, test := range []struct {
		ret     nvml.Return
		control error
		state   State
		advice  string
	}{
		{nvml.ERROR_UNKNOWN, syscall.EPERM, StateDenied, "daemon-reload"},
		{nvml.ERROR_UNKNOWN, syscall.EACCES, StateDenied, "group"},
		{nvml.ERROR_UNKNOWN, syscall.ENOENT, StateDenied, "nvidia-modprobe"},
		{nvml.ERROR_UNKNOWN, syscall.EIO, StateFailed, "dmesg"},
		{nvml.ERROR_UNKNOWN, nil, StateFailed, "dmesg"},
		{nvml.ERROR_NO_PERMISSION, nil, StateDenied, "/dev/nvidia*"},
		{nvml.ERROR_NO_PERMISSION, syscall.EACCES, StateDenied, "group"},
		{nvml.ERROR_LIB_RM_VERSION_MISMATCH, nil, StateMismatch, "reboot"},
		{nvml.ERROR_DRIVER_NOT_LOADED, syscall.ENOENT, StateAbsent, "not loaded"},
		{nvml.ERROR_RESET_REQUIRED, nil, StateFailed, "--gpu-reset"},
		{nvml.ERROR_INSUFFICIENT_POWER, nil, StateFailed, "dmesg"},
	} {
		var control error
		if test.control != nil {
			control = &fs.PathError{Op: "open", Path: "/dev/nvidiactl", Err: test.control}
		}
		p := explain("initialise NVML", test.ret, control)
		assert.Equal(t, test.state, p.State, "%v, %v", test.ret, test.control)
		assert.Contains(t, p.Error(), "initialise NVML: ")
		assert.Contains(t, p.Error(), test.advice, "%v, %v", test.ret, test.control)
	}
}
