/* NVML functions that tell of wear, faults and limits. */
#include "readings.h"

enum { COUNTER_TYPES = 2, LIMITERS = 6 };

/* By type of error (corrected or not), then by counter (since the driver was loaded,
 * since the card was made). */
nvmlReturn_t nvmlDeviceGetTotalEccErrors(nvmlDevice_t handle, int error, int counter, unsigned long long *count) {
    static const size_t at[][COUNTER_TYPES] = {
        {AT(ecc_corrected_volatile), AT(ecc_corrected_aggregate)},
        {AT(ecc_uncorrected_volatile), AT(ecc_uncorrected_aggregate)},
    };
    bool known = error >= 0 && error < 2 && counter >= 0 && counter < COUNTER_TYPES;
    return read_one(__func__, handle, known ? at[error][counter] : 0, known ? count : NULL);
}

nvmlReturn_t nvmlDeviceGetRemappedRows(nvmlDevice_t handle, unsigned int *corrected, unsigned int *uncorrected,
                                       unsigned int *pending, unsigned int *failure) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_SENSOR_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (corrected == NULL || uncorrected == NULL || pending == NULL || failure == NULL)
        return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    if (!device->remapped_rows_corrected.known) return call_leave(NVML_ERROR_NOT_SUPPORTED);
    *corrected = (unsigned int)device->remapped_rows_corrected.value;
    *uncorrected = (unsigned int)device->remapped_rows_uncorrected.value;
    *pending = (unsigned int)device->remapped_rows_pending.value;
    *failure = (unsigned int)device->remapped_rows_failure.value;
    return call_leave(NVML_SUCCESS);
}

/* In the order of nvmlPerfPolicyType_t. */
nvmlReturn_t nvmlDeviceGetViolationStatus(nvmlDevice_t handle, int limiter, nvmlViolationTime_t *time) {
    static const size_t at[LIMITERS] = {
        AT(violation_power_ns),       AT(violation_thermal_ns),         AT(violation_sync_boost_ns),
        AT(violation_board_limit_ns), AT(violation_low_utilization_ns), AT(violation_reliability_ns),
    };
    bool known = limiter >= 0 && limiter < LIMITERS;
    return read_one(__func__, handle, known ? at[limiter] : 0, known && time != NULL ? &time->violationTime : NULL);
}

/* A card that tells the speed of its fans has one. */
nvmlReturn_t nvmlDeviceGetNumFans(nvmlDevice_t handle, unsigned int *count) {
    nvmlReturn_t answer = read_small(__func__, handle, AT(fan_percent), count);
    if (answer == NVML_SUCCESS) *count = 1;
    return answer;
}

static nvmlReturn_t fan(const char *function, nvmlDevice_t handle, unsigned int *percent) {
    unsigned long long wide = 0;
    nvmlReturn_t answer = read_slow(function, LATENCY_FAN_US, handle, AT(fan_percent), percent == NULL ? NULL : &wide);
    if (answer == NVML_SUCCESS) *percent = (unsigned int)wide;
    return answer;
}

nvmlReturn_t nvmlDeviceGetFanSpeed(nvmlDevice_t handle, unsigned int *percent) { return fan(__func__, handle, percent); }

nvmlReturn_t nvmlDeviceGetFanSpeed_v2(nvmlDevice_t handle, unsigned int index, unsigned int *percent) {
    return fan(__func__, handle, index == 0 ? percent : NULL);
}
