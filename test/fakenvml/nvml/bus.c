/* NVML functions for the ways in and out of a card, and those with many fields. */
#include "readings.h"

/* Counter 0 is what the card sends, 1 what it receives. */
nvmlReturn_t nvmlDeviceGetPcieThroughput(nvmlDevice_t handle, int counter, unsigned int *kib_s) {
    unsigned long long wide = 0;
    bool known = counter == 0 || counter == 1;
    nvmlReturn_t answer = read_slow(__func__, LATENCY_PCIE_US, handle, counter == 0 ? AT(pcie_tx_kib_s) : AT(pcie_rx_kib_s),
                                    known && kib_s != NULL ? &wide : NULL);
    if (answer == NVML_SUCCESS) *kib_s = (unsigned int)wide;
    return answer;
}

static const struct {
    unsigned int id;
    int type;
    size_t offset;
} fields[] = {
    {NVML_FI_DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL, NVML_VALUE_TYPE_UNSIGNED_LONG_LONG, AT(nvlink_crc_errors)},
    {NVML_FI_DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL, NVML_VALUE_TYPE_UNSIGNED_LONG_LONG, AT(nvlink_replay_errors)},
    {NVML_FI_DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL, NVML_VALUE_TYPE_UNSIGNED_LONG_LONG, AT(nvlink_recovery_errors)},
    {NVML_FI_DEV_MEMORY_TEMP, NVML_VALUE_TYPE_UNSIGNED_INT, AT(memory_temperature_c)},
    {NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_TX, NVML_VALUE_TYPE_UNSIGNED_LONG_LONG, AT(nvlink_tx_kib)},
    {NVML_FI_DEV_NVLINK_THROUGHPUT_DATA_RX, NVML_VALUE_TYPE_UNSIGNED_LONG_LONG, AT(nvlink_rx_kib)},
};

static void fill_in(nvmlFieldValue_t *value, const struct device *device) {
    value->nvmlReturn = NVML_ERROR_INVALID_ARGUMENT;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i].id != value->fieldId) continue;
        const struct reading *reading = (const struct reading *)((const char *)device + fields[i].offset);
        value->nvmlReturn = reading->known ? NVML_SUCCESS : NVML_ERROR_NOT_SUPPORTED;
        value->valueType = fields[i].type;
        if (fields[i].type == NVML_VALUE_TYPE_UNSIGNED_INT)
            value->value.uiVal = (unsigned int)reading->value;
        else
            value->value.ullVal = reading->value;
    }
}

/* Each field fails alone: the call answers success whatever the fields do. */
nvmlReturn_t nvmlDeviceGetFieldValues(nvmlDevice_t handle, int count, nvmlFieldValue_t *values) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_SENSOR_US * count, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (count < 1 || values == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    for (int i = 0; i < count; i++) fill_in(&values[i], device);
    return call_leave(NVML_SUCCESS);
}
