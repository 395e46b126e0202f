/* NVML functions about the library and the driver. */
#include <stddef.h>

#include "call.h"

nvmlReturn_t nvmlInit_v2(void) { return call_init(__func__); }

nvmlReturn_t nvmlInitWithFlags(unsigned int flags) {
    (void)flags;
    return call_init(__func__);
}

nvmlReturn_t nvmlShutdown(void) { return call_shutdown(__func__); }

nvmlReturn_t nvmlSystemGetDriverVersion(char *version, unsigned int size) {
    const struct state *state;
    nvmlReturn_t answer = call_enter(__func__, LATENCY_CACHED_US, &state);
    return answer != NVML_SUCCESS ? answer : call_leave_text(version, size, state->driver_version);
}

nvmlReturn_t nvmlSystemGetNVMLVersion(char *version, unsigned int size) {
    const struct state *state;
    nvmlReturn_t answer = call_enter(__func__, LATENCY_CACHED_US, &state);
    return answer != NVML_SUCCESS ? answer : call_leave_text(version, size, state->nvml_version);
}

static nvmlReturn_t cuda_version(const char *function, int *version) {
    const struct state *state;
    nvmlReturn_t answer = call_enter(function, LATENCY_CACHED_US, &state);
    if (answer != NVML_SUCCESS) return answer;
    if (version == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    *version = (int)state->cuda_version;
    return call_leave(NVML_SUCCESS);
}

nvmlReturn_t nvmlSystemGetCudaDriverVersion(int *version) { return cuda_version(__func__, version); }

nvmlReturn_t nvmlSystemGetCudaDriverVersion_v2(int *version) { return cuda_version(__func__, version); }
