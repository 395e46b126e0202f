/* NVML functions that list the processes on a device. */
#include "processes.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

#include "call.h"

bool process_is_there(const struct process *process) {
    return !process->freed_on_exit || kill((pid_t)process->pid, 0) == 0 || errno != ESRCH;
}

/* A list that is being filled in: found may grow beyond the room. */
struct list {
    enum process_type type;
    unsigned int room, found;
    nvmlProcessInfo_t *infos;
};

static void add_all(struct list *list, const struct device *device, unsigned int instance) {
    for (unsigned int i = 0; i < device->process_count; i++) {
        const struct process *process = &device->processes[i];
        if (process->type != list->type || !process_is_there(process)) continue;
        if (list->found < list->room)
            list->infos[list->found] = (nvmlProcessInfo_t){
                .pid = process->pid,
                .usedGpuMemory =
                    process->memory_bytes.known ? process->memory_bytes.value : NVML_VALUE_NOT_AVAILABLE,
                .gpuInstanceId = instance,
                .computeInstanceId = instance == NVML_NO_INSTANCE ? NVML_NO_INSTANCE : 0,
            };
        list->found++;
    }
}

/* Fills in the processes of one type. count comes in as the room in infos and goes
 * out as the number found, which may be more than fits. */
static nvmlReturn_t list(const char *function, enum process_type type, nvmlDevice_t handle, unsigned int *count,
                         nvmlProcessInfo_t *infos) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(function, LATENCY_PROCESSES_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    if (count == NULL || (infos == NULL && *count > 0)) return call_leave(NVML_ERROR_INVALID_ARGUMENT);

    struct list list = {.type = type, .room = *count, .infos = infos};
    add_all(&list, device, call_instance(handle) < 0 ? NVML_NO_INSTANCE : (unsigned int)call_instance(handle) + 1);
    for (unsigned int i = 0; i < device->instance_count; i++) add_all(&list, &device->instances[i], i + 1);
    *count = list.found;
    return call_leave(list.found > list.room ? NVML_ERROR_INSUFFICIENT_SIZE : NVML_SUCCESS);
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

static unsigned long long microseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (unsigned long long)now.tv_sec * 1000000 + (unsigned long long)now.tv_nsec / 1000;
}

/* The question for the number, without room, counts fewer than there are by those
 * that appear right after it. */
nvmlReturn_t nvmlDeviceGetProcessUtilization(nvmlDevice_t handle, nvmlProcessUtilizationSample_t *samples,
                                             unsigned int *count, unsigned long long last_seen) {
    const struct device *device;
    nvmlReturn_t answer = call_enter_device(__func__, LATENCY_SENSOR_US, handle, &device);
    if (answer != NVML_SUCCESS) return answer;
    unsigned long long now = microseconds();
    if (count == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    if (device->mig_mode.value != 0 || call_instance(handle) >= 0) return call_leave(NVML_ERROR_NOT_SUPPORTED);

    unsigned int room = samples == NULL ? 0 : *count, found = 0;
    for (unsigned int i = 0; i < device->process_count; i++) {
        const struct process *process = &device->processes[i];
        if (!process->sm_percent.known || !process_is_there(process)) continue;
        if (found < room)
            samples[found] = (nvmlProcessUtilizationSample_t){
                .pid = process->sampled_as.known ? (unsigned int)process->sampled_as.value : process->pid,
                .timeStamp = now,
                .smUtil = (unsigned int)process->sm_percent.value,
            };
        found++;
    }
    if (found == 0 || last_seen >= now) return call_leave(NVML_ERROR_NOT_FOUND);
    unsigned int unannounced = (unsigned int)device->process_samples_unannounced.value;
    *count = samples == NULL && unannounced < found ? found - unannounced : found;
    return call_leave(found > room ? NVML_ERROR_INSUFFICIENT_SIZE : NVML_SUCCESS);
}
