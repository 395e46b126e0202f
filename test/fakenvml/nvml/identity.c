/* NVML functions that find devices and say which they are. */
#include <stdio.h>
#include <string.h>

#include "call.h"

nvmlReturn_t nvmlDeviceGetCount_v2(unsigned int *count) {
    const struct state *state;
    nvmlReturn_t answer = call_enter(__func__, LATENCY_CACHED_US, &state);
    if (answer != NVML_SUCCESS) return answer;
    if (count == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    *count = state->device_count;
    return call_leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *handle) {
    const struct state *state;
    nvmlReturn_t answer = call_enter(__func__, LATENCY_CACHED_US, &state);
    if (answer != NVML_SUCCESS) return answer;
    if (handle == NULL || index >= state->device_count) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    *handle = call_handle(index);
    return call_leave((nvmlReturn_t)state->devices[index].error.value);
}

nvmlReturn_t nvmlDeviceGetHandleByUUID(const char *uuid, nvmlDevice_t *handle) {
    const struct state *state;
    nvmlReturn_t answer = call_enter(__func__, LATENCY_CACHED_US, &state);
    if (answer != NVML_SUCCESS) return answer;
    if (uuid == NULL || handle == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    for (unsigned int i = 0; i < state->device_count; i++) {
        if (strcmp(state->devices[i].uuid, uuid) != 0) continue;
        *handle = call_handle(i);
        return call_leave(NVML_SUCCESS);
    }
    return call_leave(NVML_ERROR_NOT_FOUND);
}

nvmlReturn_t nvmlDeviceGetUUID(nvmlDevice_t handle, char *uuid, unsigned int size) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_CACHED_US, handle, &device);
    return answer != NVML_SUCCESS ? answer : call_leave_text(uuid, size, device->uuid);
}

nvmlReturn_t nvmlDeviceGetName(nvmlDevice_t handle, char *name, unsigned int size) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_CACHED_US, handle, &device);
    return answer != NVML_SUCCESS ? answer : call_leave_text(name, size, device->name);
}

static nvmlReturn_t index_of(const char *function, nvmlDevice_t handle, unsigned int *index) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(function, LATENCY_CACHED_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (index == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    *index = call_index(handle);
    return call_leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetIndex(nvmlDevice_t handle, unsigned int *index) { return index_of(__func__, handle, index); }

/* The number of /dev/nvidiaN, which on this machine is the index. */
nvmlReturn_t nvmlDeviceGetMinorNumber(nvmlDevice_t handle, unsigned int *minor) {
    return index_of(__func__, handle, minor);
}

nvmlReturn_t nvmlDeviceGetPciInfo_v3(nvmlDevice_t handle, nvmlPciInfo_t *pci) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_CACHED_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (pci == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);

    memset(pci, 0, sizeof *pci);
    if (sscanf(device->pci_bus_id, "%x:%x:%x", &pci->domain, &pci->bus, &pci->device) != 3)
        return call_leave(NVML_ERROR_NOT_SUPPORTED);
    snprintf(pci->busId, sizeof pci->busId, "%08X:%02X:%02X.0", pci->domain, pci->bus, pci->device);
    snprintf(pci->busIdLegacy, sizeof pci->busIdLegacy, "%04X:%02X:%02X.0", pci->domain & 0xFFFF, pci->bus & 0xFF,
             pci->device & 0x1F);
    pci->pciDeviceId = 0x10DE; /* NVIDIA; the upper half, the model, is left open */
    return call_leave(NVML_SUCCESS);
}
