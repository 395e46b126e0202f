/* NVML functions that read the sensors of a device. */
#include "readings.h"

nvmlReturn_t read_slow(const char *function, double latency_us, nvmlDevice_t handle, size_t offset,
                       unsigned long long *value) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(function, latency_us, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    const struct reading *reading = (const struct reading *)((const char *)device + offset);
    if (value == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    if (!reading->known) return call_leave(NVML_ERROR_NOT_SUPPORTED);
    *value = reading->value;
    return call_leave(NVML_SUCCESS);
}

nvmlReturn_t read_one(const char *function, nvmlDevice_t handle, size_t offset, unsigned long long *value) {
    return read_slow(function, LATENCY_SENSOR_US, handle, offset, value);
}

nvmlReturn_t read_small(const char *function, nvmlDevice_t handle, size_t offset, unsigned int *value) {
    unsigned long long wide = 0;
    nvmlReturn_t answer = read_one(function, handle, offset, value == NULL ? NULL : &wide);
    if (answer == NVML_SUCCESS) *value = (unsigned int)wide;
    return answer;
}

nvmlReturn_t nvmlDeviceGetPowerUsage(nvmlDevice_t handle, unsigned int *milliwatts) {
    return read_small(__func__, handle, AT(power_mw), milliwatts);
}

nvmlReturn_t nvmlDeviceGetEnforcedPowerLimit(nvmlDevice_t handle, unsigned int *milliwatts) {
    return read_small(__func__, handle, AT(power_limit_mw), milliwatts);
}

nvmlReturn_t nvmlDeviceGetPowerManagementLimit(nvmlDevice_t handle, unsigned int *milliwatts) {
    return read_small(__func__, handle, AT(power_limit_mw), milliwatts);
}

nvmlReturn_t nvmlDeviceGetTotalEnergyConsumption(nvmlDevice_t handle, unsigned long long *millijoules) {
    return read_one(__func__, handle, AT(energy_mj), millijoules);
}

nvmlReturn_t nvmlDeviceGetPerformanceState(nvmlDevice_t handle, unsigned int *state) {
    return read_small(__func__, handle, AT(performance_state), state);
}

nvmlReturn_t nvmlDeviceGetCurrentClocksThrottleReasons(nvmlDevice_t handle, unsigned long long *reasons) {
    return read_one(__func__, handle, AT(throttle_reasons), reasons);
}

nvmlReturn_t nvmlDeviceGetCurrentClocksEventReasons(nvmlDevice_t handle, unsigned long long *reasons) {
    return read_one(__func__, handle, AT(throttle_reasons), reasons);
}

/* The state has one sensor, that of the GPU die. */
nvmlReturn_t nvmlDeviceGetTemperature(nvmlDevice_t handle, int sensor, unsigned int *celsius) {
    return read_small(__func__, handle, AT(temperature_c), sensor == NVML_TEMPERATURE_GPU ? celsius : NULL);
}

nvmlReturn_t nvmlDeviceGetTemperatureV(nvmlDevice_t handle, nvmlTemperature_t *temperature) {
    unsigned int celsius;
    bool known_sensor = temperature != NULL && temperature->sensorType == NVML_TEMPERATURE_GPU;
    nvmlReturn_t answer = read_small(__func__, handle, AT(temperature_c), known_sensor ? &celsius : NULL);
    if (answer != NVML_SUCCESS) return answer;
    if (temperature->version != NVML_STRUCT_VERSION(nvmlTemperature_t, 1)) return NVML_ERROR_ARGUMENT_VERSION_MISMATCH;
    temperature->temperature = (int)celsius;
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetUtilizationRates(nvmlDevice_t handle, nvmlUtilization_t *utilization) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_UTILIZATION_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (utilization == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    if (!device->utilization_gpu_percent.known) return call_leave(NVML_ERROR_NOT_SUPPORTED);
    utilization->gpu = (unsigned int)device->utilization_gpu_percent.value;
    utilization->memory = (unsigned int)device->utilization_memory_percent.value;
    return call_leave(NVML_SUCCESS);
}

static bool is_clock(int type) { return type >= NVML_CLOCK_GRAPHICS && type <= NVML_CLOCK_MEM; }

/* The graphics clock is that of the SMs; the state has no video clock. */
nvmlReturn_t nvmlDeviceGetClockInfo(nvmlDevice_t handle, int type, unsigned int *mhz) {
    size_t offset = type == NVML_CLOCK_MEM ? AT(clock_memory_mhz) : AT(clock_sm_mhz);
    return read_small(__func__, handle, offset, is_clock(type) ? mhz : NULL);
}

nvmlReturn_t nvmlDeviceGetMaxClockInfo(nvmlDevice_t handle, int type, unsigned int *mhz) {
    size_t offset = type == NVML_CLOCK_MEM ? AT(clock_memory_max_mhz) : AT(clock_sm_max_mhz);
    return read_small(__func__, handle, offset, is_clock(type) ? mhz : NULL);
}

nvmlReturn_t nvmlDeviceGetEncoderUtilization(nvmlDevice_t handle, unsigned int *percent, unsigned int *period_us) {
    nvmlReturn_t answer = read_small(__func__, handle, AT(encoder_percent), period_us == NULL ? NULL : percent);
    if (answer == NVML_SUCCESS) *period_us = 167000;
    return answer;
}
