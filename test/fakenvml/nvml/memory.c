/* NVML functions that read the memory of a device. */
#include <stddef.h>

#include "call.h"
#include "processes.h"

static nvmlBytes_t less(nvmlBytes_t from, nvmlBytes_t bytes) { return from > bytes ? from - bytes : 0; }

/* What the programs that are still there use. */
static nvmlBytes_t allocated(const struct device *device) {
    nvmlBytes_t used = device->memory_used_bytes.value;
    for (unsigned int i = 0; i < device->process_count; i++) {
        const struct process *process = &device->processes[i];
        if (!process_is_there(process)) used = less(used, process->memory_bytes.value);
    }
    return used;
}

nvmlReturn_t nvmlDeviceGetMemoryInfo(nvmlDevice_t handle, nvmlMemory_t *memory) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_MEMORY_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (memory == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    if (!device->memory_total_bytes.known) return call_leave(NVML_ERROR_NOT_SUPPORTED);
    memory->total = device->memory_total_bytes.value;
    memory->used = allocated(device) + device->memory_reserved_bytes.value;
    memory->free = less(memory->total, memory->used);
    return call_leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlDeviceGetMemoryInfo_v2(nvmlDevice_t handle, nvmlMemory_v2_t *memory) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_MEMORY_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (memory == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    if (memory->version != NVML_STRUCT_VERSION(nvmlMemory_v2_t, 2))
        return call_leave(NVML_ERROR_ARGUMENT_VERSION_MISMATCH);
    if (!device->memory_total_bytes.known) return call_leave(NVML_ERROR_NOT_SUPPORTED);
    memory->total = device->memory_total_bytes.value;
    memory->reserved = device->memory_reserved_bytes.value;
    memory->used = allocated(device);
    memory->free = less(memory->total, memory->reserved + memory->used);
    return call_leave(NVML_SUCCESS);
}
