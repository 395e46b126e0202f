#include "call.h"

#include <pthread.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "source.h"

#define STEP_US 10000.0    /* how often a long call looks whether it may go on */
#define SPIN_LIMIT_US 50.0 /* a shorter sleep takes longer than asked for */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards source.c and users */
static unsigned int users;
/* A handle is the address of one of these: of a card, and of its instances of MIG. */
static const char handles[MAX_DEVICES][1 + MAX_INSTANCES];

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

#define NO_CARD MAX_DEVICES

/* For how long the call of a card, or of none, blocks. */
static double hang_of(const struct state *state, const struct fault *fault, unsigned int card) {
    double hang_s = card < state->device_count ? (double)state->devices[card].hang_s.value : 0;
    return fault->hang_s > hang_s ? fault->hang_s : hang_s;
}

/* Lets the time of the call pass. The caller holds the lock, which is open while
 * the call waits: one that hangs does not keep the others. */
static nvmlReturn_t take_time(const char *function, double latency_us, unsigned int card, const struct state **state) {
    double start_us = now_us();
    for (;;) {
        nvmlReturn_t error;
        *state = source_read(&error);
        if (*state == NULL) return error;

        struct fault fault = fault_of(*state, function);
        double duration_us = fault.has_latency ? fault.latency_us : latency_us;
        double hang_us = hang_of(*state, &fault, card) * 1e6;
        if (hang_us > duration_us) duration_us = hang_us;
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
    nvmlReturn_t answer = take_time(function, LATENCY_INIT_US, NO_CARD, &state);
#ifdef LIBRARY_VERSION
    if (answer == NVML_SUCCESS && strcmp(LIBRARY_VERSION, state->driver_version) != 0)
        answer = NVML_ERROR_LIB_RM_VERSION_MISMATCH;
#endif
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

static nvmlReturn_t enter(const char *function, double latency_us, unsigned int card, const struct state **state) {
    pthread_mutex_lock(&lock);
    nvmlReturn_t answer = users == 0 ? NVML_ERROR_UNINITIALIZED : take_time(function, latency_us, card, state);
    return answer == NVML_SUCCESS ? answer : call_leave(answer);
}

nvmlReturn_t call_enter(const char *function, double latency_us, const struct state **state) {
    return enter(function, latency_us, NO_CARD, state);
}

nvmlReturn_t call_enter_device(const char *function, double latency_us, nvmlDevice_t handle,
                               const struct device **device) {
    ptrdiff_t place = (const char *)handle - &handles[0][0];
    bool valid = place >= 0 && place < (ptrdiff_t)sizeof handles;
    unsigned int card = valid ? call_index(handle) : NO_CARD, instance = (unsigned int)place % (1 + MAX_INSTANCES);
    const struct state *state;
    nvmlReturn_t answer = enter(function, latency_us, card, &state);
    if (answer != NVML_SUCCESS) return answer;
    if (!valid) return call_leave(NVML_ERROR_INVALID_ARGUMENT);
    const struct device *found = &state->devices[card];
    if (card >= state->device_count) return call_leave(NVML_ERROR_GPU_IS_LOST);
    if (found->error.value != 0) return call_leave((nvmlReturn_t)found->error.value);
    if (instance > found->instance_count) return call_leave(NVML_ERROR_NOT_FOUND);
    *device = instance == 0 ? found : &found->instances[instance - 1];
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

nvmlDevice_t call_handle(unsigned int index) { return &handles[index][0]; }

nvmlDevice_t call_instance_handle(unsigned int card, unsigned int instance) { return &handles[card][1 + instance]; }

unsigned int call_index(nvmlDevice_t handle) {
    return (unsigned int)((const char *)handle - &handles[0][0]) / (1 + MAX_INSTANCES);
}

int call_instance(nvmlDevice_t handle) {
    return (int)(((const char *)handle - &handles[0][0]) % (1 + MAX_INSTANCES)) - 1;
}
