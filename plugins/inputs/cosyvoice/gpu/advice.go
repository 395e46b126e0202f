package gpu

import (
	"errors"
	"syscall"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

// explain turns what NVML answered to a question about the driver as a whole into a
// state, and a reason that says what to do. control is the error of opening
// /dev/nvidiactl.
func explain(tried string, ret nvml.Return, control error) *problem {
	state, advice := StateDenied, ""
	switch {
	case ret == nvml.ERROR_DRIVER_NOT_LOADED:
		state, advice = StateAbsent, "the NVIDIA kernel driver is not loaded"
	case ret == nvml.ERROR_LIB_RM_VERSION_MISMATCH:
		state, advice = StateMismatch, "the driver was upgraded while its old kernel module is loaded: reboot, or stop all "+
			"that uses the GPU and reload the module (rmmod nvidia_uvm nvidia; modprobe nvidia)"
	case ret != nvml.ERROR_NO_PERMISSION && (ret != nvml.ERROR_UNKNOWN || !refused(control)):
		state, advice = StateFailed, adviceFailed(ret)
	case errors.Is(control, syscall.EPERM):
		advice = "the device rules of this container or service refuse /dev/nvidiactl, as after `systemctl daemon-reload` " +
			"on its host: restart the container; to prevent it, give the container its devices by CDI or --device"
	case errors.Is(control, syscall.EACCES):
		advice = "this user may not open /dev/nvidiactl: add it to the file's group (ls -l /dev/nvidia*)"
	case errors.Is(control, syscall.ENOENT):
		advice = "/dev/nvidiactl is missing: on a host run nvidia-modprobe, a container start anew with its GPUs " +
			"(docker run --gpus all)"
	default:
		advice = "let this user, or this container, open /dev/nvidia*"
	}
	return &problem{state, tried, ret.String() + ": " + advice}
}

// What to do about a GPU in one of these states.
const (
	adviceHung = "its readings stop, all others go on. If nvidia-smi hangs too, look into dmesg for NVRM and Xid " +
		"lines; a reboot may be needed"
	adviceLost = "its readings stop. Look into dmesg for Xid 79, check power and slot, and reboot the machine"
	adviceGone = "its readings stop until it is back"
)

// adviceFailed is what to do about a GPU that answers every question with ret.
func adviceFailed(ret nvml.Return) string {
	if ret == nvml.ERROR_RESET_REQUIRED {
		return "stop what uses it and reset it (nvidia-smi --gpu-reset), or reboot"
	}
	return "see whether nvidia-smi answers, and look into dmesg for NVRM lines"
}
