/* NVML functions for the instances into which MIG divides a card. */
#include "readings.h"

nvmlReturn_t nvmlDeviceGetMigMode(nvmlDevice_t handle, unsigned int *current, unsigned int *pending) {
    nvmlReturn_t answer = read_small(__func__, handle, AT(mig_mode), pending == NULL ? NULL : current);
    if (answer == NVML_SUCCESS) *pending = *current;
    return answer;
}

nvmlReturn_t nvmlDeviceGetMaxMigDeviceCount(nvmlDevice_t handle, unsigned int *count) {
    nvmlReturn_t answer = read_small(__func__, handle, AT(mig_mode), count);
    if (answer == NVML_SUCCESS) *count = MAX_INSTANCES;
    return answer;
}

nvmlReturn_t nvmlDeviceGetMigDeviceHandleByIndex(nvmlDevice_t handle, unsigned int index, nvmlDevice_t *instance) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_CACHED_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (instance == NULL || index >= MAX_INSTANCES) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    if (device->mig_mode.value == 0) return call_leave(NVML_ERROR_NOT_SUPPORTED);
    if (index >= device->instance_count) return call_leave(NVML_ERROR_NOT_FOUND);
    *instance = call_instance_handle(call_index(handle), index);
    return call_leave(NVML_SUCCESS);
}
