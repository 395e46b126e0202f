#include "call.h"

#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "source.h"

#define STEP_US 10000.0    /* how often a long call looks whether it may go on */
#define SPIN_LIMIT_US 50.0 /* a shorter sleep takes longer than asked for */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards source.c and users */
static unsigned int users;
static const char handles[MAX_DEVICES]; /* a handle is the address of one of these */

static double now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void pause_for(double duration_us) {
    double end_us = now_us() + duration_us;
    if (duration_us > SPIN_LIMIT_US) usleep((useconds_t)duration_us);
    while (now_us() < end_us) {
    }
}

static struct fault fault_of(const struct state *state, const char *function) {
    struct fault all = {.error = NVML_SUCCESS};
    for (unsigned int i = 0; i < state->fault_count; i++) {
        if (strcmp(state->faults[i].function, function) == 0) return state->faults[i];
        if (strcmp(state->faults[i].function, "*") == 0) all = state->faults[i];
    }
    return all;
}

/* Lets the time of the call pass. The caller holds the lock, which is open while
 * the call waits: one that hangs does not keep the others. */
static nvmlReturn_t take_time(const char *function, double latency_us, const struct state **state) {
    double start_us = now_us();
    for (;;) {
        nvmlReturn_t error;
        *state = source_read(&error);
        if (*state == NULL) return error;

        struct fault fault = fault_of(*state, function);
        double duration_us = fault.has_latency ? fault.latency_us : latency_us;
        if (fault.hang_s * 1e6 > duration_us) duration_us = fault.hang_s * 1e6;
        double left_us = start_us + duration_us - now_us();
        if (left_us <= 0) return (nvmlReturn_t)fault.error;

        pthread_mutex_unlock(&lock);
        pause_for(left_us < STEP_US ? left_us : STEP_US);
        pthread_mutex_lock(&lock);
    }
}

nvmlReturn_t call_init(const char *function) {
    pthread_mutex_lock(&lock);
    const struct state *state;
    nvmlReturn_t answer = take_time(function, LATENCY_INIT_US, &state);
    if (answer == NVML_SUCCESS) users++;
    return call_leave(answer);
}

nvmlReturn_t call_shutdown(const char *function) {
    const struct state *state;
    nvmlReturn_t answer = call_enter(function, LATENCY_CACHED_US, &state);
    if (answer != NVML_SUCCESS) return answer;
    if (--users == 0) source_close();
    return call_leave(answer);
}

nvmlReturn_t call_enter(const char *function, double latency_us, const struct state **state) {
    pthread_mutex_lock(&lock);
    nvmlReturn_t answer = users == 0 ? NVML_ERROR_UNINITIALIZED : take_time(function, latency_us, state);
    return answer == NVML_SUCCESS ? answer : call_leave(answer);
}

nvmlReturn_t call_enter_device(const char *function, double latency_us, nvmlDevice_t handle,
                               const struct device **device) {
    const struct state *state;
    nvmlReturn_t answer = call_enter(function, latency_us, &state);
    if (answer != NVML_SUCCESS) return answer;

    unsigned int index = 0;
    while (index < MAX_DEVICES && handle != call_handle(index)) index++;
    if (index == MAX_DEVICES) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    if (index >= state->device_count) return call_leave(NVML_ERROR_GPU_IS_LOST);
    *device = &state->devices[index];
    return NVML_SUCCESS;
}

nvmlReturn_t call_leave(nvmlReturn_t answer) {
    pthread_mutex_unlock(&lock);
    return answer;
}

nvmlReturn_t call_leave_text(char *out, unsigned int size, const char *text) {
    if (out == NULL) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    if (strlen(text) >= size) return call_leave(NVML_ERROR_INSUFFICIENT_SIZE);
    strcpy(out, text);
    return call_leave(NVML_SUCCESS);
}

nvmlDevice_t call_handle(unsigned int index) { return &handles[index]; }

unsigned int call_index(nvmlDevice_t handle) { return (unsigned int)((const char *)handle - handles); }
