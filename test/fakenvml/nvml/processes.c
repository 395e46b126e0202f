/* NVML functions that list the processes on a device. */
#include "processes.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

#include "call.h"

bool process_is_there(const struct process *process) {
    return !process->freed_on_exit || kill((pid_t)process->pid, 0) == 0 || errno != ESRCH;
}

/* Fills in the processes of one type. count comes in as the room in infos and goes
 * out as the number found, which may be more than fits. */
static nvmlReturn_t list(const char *function, enum process_type type, nvmlDevice_t handle, unsigned int *count,
                         nvmlProcessInfo_t *infos) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(function, LATENCY_PROCESSES_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (count == NULL || (infos == NULL && *count > 0)) return call_leave(NVML_ERROR_INVALID_ARGUMENT);

    unsigned int room = *count;
    *count = 0;
    for (unsigned int i = 0; i < device->process_count; i++) {
        const struct process *process = &device->processes[i];
        if (process->type != type || !process_is_there(process)) continue;
        if (*count < room)
            infos[*count] = (nvmlProcessInfo_t){
                .pid = process->pid,
                .usedGpuMemory =
                    process->memory_bytes.known ? process->memory_bytes.value : NVML_VALUE_NOT_AVAILABLE,
                .gpuInstanceId = NVML_NO_INSTANCE,
                .computeInstanceId = NVML_NO_INSTANCE,
            };
        ++*count;
    }
    return call_leave(*count > room ? NVML_ERROR_INSUFFICIENT_SIZE : NVML_SUCCESS);
}

/* Versions 2 and 3 differ in name only: their entries have one layout. */
#define PROCESS_LIST(function, type)                                                                  \
    nvmlReturn_t function(nvmlDevice_t handle, unsigned int *count, nvmlProcessInfo_t *infos) {       \
        return list(__func__, type, handle, count, infos);                                            \
    }

PROCESS_LIST(nvmlDeviceGetComputeRunningProcesses_v2, COMPUTE)
PROCESS_LIST(nvmlDeviceGetComputeRunningProcesses_v3, COMPUTE)
PROCESS_LIST(nvmlDeviceGetGraphicsRunningProcesses_v2, GRAPHICS)
PROCESS_LIST(nvmlDeviceGetGraphicsRunningProcesses_v3, GRAPHICS)
PROCESS_LIST(nvmlDeviceGetMPSComputeRunningProcesses_v2, MPS)
PROCESS_LIST(nvmlDeviceGetMPSComputeRunningProcesses_v3, MPS)
