/* NVML functions that wait for a Xid, the driver's report of a fault. */
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "call.h"
#include "source.h"

struct eventSet {
    bool watched[MAX_DEVICES];
    unsigned long long seen[MAX_DEVICES]; /* Xids told so far */
};

nvmlReturn_t nvmlEventSetCreate(nvmlEventSet_t *set) {
    const struct state *state;
    nvmlReturn_t answer = call_enter(__func__, LATENCY_CACHED_US, &state);
    if (answer != NVML_SUCCESS) return answer;
    if (set == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    *set = calloc(1, sizeof **set);
    return call_leave(*set == NULL ? NVML_ERROR_UNKNOWN : NVML_SUCCESS);
}

nvmlReturn_t nvmlEventSetFree(nvmlEventSet_t set) {
    free(set);
    return NVML_SUCCESS;
}

nvmlReturn_t nvmlDeviceGetSupportedEventTypes(nvmlDevice_t handle, unsigned long long *types) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_CACHED_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (types == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    *types = device->xid_count.known ? NVML_EVENT_XID : 0;
    return call_leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceRegisterEvents(nvmlDevice_t handle, unsigned long long types, nvmlEventSet_t set) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_SENSOR_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (set == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    if ((types & ~NVML_EVENT_XID) != 0 || !device->xid_count.known) return call_leave(NVML_ERROR_NOT_SUPPORTED);
    set->watched[call_index(handle)] = true;
    set->seen[call_index(handle)] = device->xid_count.value;
    return call_leave(NVML_SUCCESS);
}

/* Takes the next Xid that the set has not told. */
static bool next(nvmlEventSet_t set, const struct state *state, nvmlEventData_t *data) {
    for (unsigned int i = 0; i < state->device_count; i++) {
        const struct device *device = &state->devices[i];
        if (!set->watched[i] || device->xid_count.value <= set->seen[i]) continue;
        set->seen[i]++;
        *data = (nvmlEventData_t){
            .device = call_handle(i),
            .eventType = NVML_EVENT_XID,
            .eventData = device->xid_last.value,
            .gpuInstanceId = NVML_NO_INSTANCE,
            .computeInstanceId = NVML_NO_INSTANCE,
        };
        return true;
    }
    return false;
}

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static nvmlReturn_t wait_with(int watch, nvmlEventSet_t set, nvmlEventData_t *data, double end_ms) {
    for (;;) {
        const struct state *state;
        nvmlReturn_t answer = call_enter("nvmlEventSetWait_v2", 0, &state);
        if (answer != NVML_SUCCESS) return answer;
        bool found = next(set, state, data);
        call_leave(NVML_SUCCESS);
        if (found) return NVML_SUCCESS;

        double left_ms = end_ms - now_ms();
        if (left_ms <= 0) return NVML_ERROR_TIMEOUT;
        struct pollfd changed = {.fd = watch, .events = POLLIN};
        poll(&changed, 1, (int)left_ms + 1);
        char changes[4096];
        while (read(watch, changes, sizeof changes) > 0) {
        }
    }
}

nvmlReturn_t nvmlEventSetWait_v2(nvmlEventSet_t set, nvmlEventData_t *data, unsigned int timeout_ms) {
    if (set == NULL || data == NULL) return NVML_ERROR_INVALID_ARGUMENT;
    int watch = source_watch();
    nvmlReturn_t answer = wait_with(watch, set, data, now_ms() + timeout_ms);
    close(watch);
    return answer;
}
