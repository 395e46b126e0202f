package gpu

import (
	"encoding/binary"
	"math"

	"github.com/NVIDIA/go-nvml/pkg/nvml"
)

var nvlinkFamilies = []family{{"nvlink", []call{{"nvmlDeviceGetFieldValues", readNVLink}}}}

// allLinks as the scope of an NVLink counter means their sum (nvml.h, field values
// 138 to 141).
const allLinks = math.MaxUint32

func readNVLink(_ *driver, dev *device, r *Reading) nvml.Return {
	fields := []nvml.FieldValue{
		{FieldId: nvml.FI_DEV_NVLINK_THROUGHPUT_DATA_TX, ScopeId: allLinks},
		{FieldId: nvml.FI_DEV_NVLINK_THROUGHPUT_DATA_RX, ScopeId: allLinks},
		{FieldId: nvml.FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL},
		{FieldId: nvml.FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL},
		{FieldId: nvml.FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL},
	}
	if ret := dev.GetFieldValues(fields); ret != nvml.SUCCESS {
		return ret
	}
	const kib = 1024
	link := NVLink{TxBytes: scaledField(fields[0], kib), RxBytes: scaledField(fields[1], kib)}
	for i, counter := range []**int64{&link.CRCErrors, &link.ReplayErrors, &link.RecoveryErrors} {
		if v, ret := fieldValue(fields[2+i]); ret == nvml.SUCCESS {
			*counter = count(v)
		}
	}
	if link == (NVLink{}) { // a card without NVLink
		_, ret := fieldValue(fields[0])
		return ret
	}
	r.NVLink = &link
	return nvml.SUCCESS
}

func readMemoryTemperature(_ *driver, dev *device, r *Reading) nvml.Return {
	fields := []nvml.FieldValue{{FieldId: nvml.FI_DEV_MEMORY_TEMP}}
	if ret := dev.GetFieldValues(fields); ret != nvml.SUCCESS {
		return ret
	}
	v, ret := fieldValue(fields[0])
	switch {
	case ret == nvml.ERROR_INVALID_ARGUMENT: // an older driver does not know the field
		return nvml.ERROR_NOT_SUPPORTED
	case ret == nvml.SUCCESS && v == 0: // consumer cards answer so
		return nvml.ERROR_NOT_SUPPORTED
	case ret == nvml.SUCCESS:
		r.MemoryTemperatureC = number(v)
	}
	return ret
}

func scaledField(f nvml.FieldValue, factor float64) *float64 {
	v, ret := fieldValue(f)
	if ret != nvml.SUCCESS {
		return nil
	}
	scaled := number(v)
	if scaled != nil {
		*scaled *= factor
	}
	return scaled
}

// fieldValue is the number in a field, which fails alone (nvml.h, nvmlFieldValue_t).
func fieldValue(f nvml.FieldValue) (uint64, nvml.Return) {
	if ret := nvml.Return(f.NvmlReturn); ret != nvml.SUCCESS {
		return 0, ret
	}
	switch nvml.ValueType(f.ValueType) {
	case nvml.VALUE_TYPE_UNSIGNED_INT:
		return uint64(binary.NativeEndian.Uint32(f.Value[:])), nvml.SUCCESS
	case nvml.VALUE_TYPE_UNSIGNED_LONG, nvml.VALUE_TYPE_UNSIGNED_LONG_LONG:
		return binary.NativeEndian.Uint64(f.Value[:]), nvml.SUCCESS
	default:
		return 0, nvml.ERROR_NOT_SUPPORTED
	}
}
