#include "state.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *key;
    size_t offset;
} device_texts[] = {
    {"uuid", offsetof(struct device, uuid)},
    {"name", offsetof(struct device, name)},
    {"pci_bus_id", offsetof(struct device, pci_bus_id)},
};

#define READING(field) {#field, offsetof(struct device, field)}

static const struct {
    const char *key;
    size_t offset;
} device_readings[] = {
    READING(memory_total_bytes), READING(memory_reserved_bytes), READING(memory_used_bytes),
    READING(utilization_gpu_percent), READING(utilization_memory_percent),
    READING(temperature_c), READING(power_mw), READING(power_limit_mw), READING(energy_mj),
    READING(clock_sm_mhz), READING(clock_memory_mhz), READING(clock_sm_max_mhz), READING(clock_memory_max_mhz),
    READING(performance_state), READING(throttle_reasons), READING(mig_mode),
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static bool set_text(char text[TEXT_SIZE], const char *value) {
    return snprintf(text, TEXT_SIZE, "%s", value) < TEXT_SIZE;
}

static bool set_reading(struct reading *reading, const char *value) {
    char *end;
    errno = 0;
    reading->value = strtoull(value, &end, 0);
    reading->known = end != value && *end == '\0' && errno == 0;
    return reading->known;
}

static bool set_number(double *number, const char *value) {
    char *end;
    *number = strtod(value, &end);
    return end != value && *end == '\0';
}

/* The value of a process is "TYPE BYTES" or "TYPE n/a", and " freed_on_exit" may follow. */
static bool add_process(struct device *device, const char *pid, char *value) {
    static const char *const types[] = {[COMPUTE] = "compute", [GRAPHICS] = "graphics", [MPS] = "mps"};

    if (device->process_count == MAX_PROCESSES) return false;
    struct process *process = &device->processes[device->process_count++];
    process->pid = (unsigned int)strtoul(pid, NULL, 10);

    char *rest;
    const char *type = strtok_r(value, " ", &rest);
    const char *memory = strtok_r(NULL, " ", &rest);
    const char *option = strtok_r(NULL, " ", &rest);
    if (memory == NULL) return false;
    process->freed_on_exit = option != NULL && strcmp(option, "freed_on_exit") == 0;

    for (size_t i = 0; i < LENGTH(types); i++) {
        if (strcmp(type, types[i]) != 0) continue;
        process->type = (enum process_type)i;
        return strcmp(memory, "n/a") == 0 || set_reading(&process->memory_bytes, memory);
    }
    return false;
}

/* path is "INDEX.READING" or "INDEX.process.PID". */
static bool set_device(struct state *state, char *path, char *value) {
    char *key;
    unsigned long index = strtoul(path, &key, 10);
    if (key == path || *key++ != '.' || index >= MAX_DEVICES || index > state->device_count) return false;
    if (index == state->device_count) state->device_count++;
    struct device *device = &state->devices[index];

    if (strncmp(key, "process.", strlen("process.")) == 0) return add_process(device, key + strlen("process."), value);
    for (size_t i = 0; i < LENGTH(device_texts); i++)
        if (strcmp(key, device_texts[i].key) == 0) return set_text((char *)device + device_texts[i].offset, value);
    for (size_t i = 0; i < LENGTH(device_readings); i++)
        if (strcmp(key, device_readings[i].key) == 0)
            return set_reading((struct reading *)((char *)device + device_readings[i].offset), value);
    return false;
}

static struct fault *fault_of(struct state *state, const char *function) {
    for (unsigned int i = 0; i < state->fault_count; i++)
        if (strcmp(state->faults[i].function, function) == 0) return &state->faults[i];
    if (state->fault_count == MAX_FAULTS) return NULL;
    struct fault *fault = &state->faults[state->fault_count++];
    return set_text(fault->function, function) ? fault : NULL;
}

/* path is "FUNCTION.hang_s", "FUNCTION.error" or "FUNCTION.latency_us". */
static bool set_fault(struct state *state, char *path, const char *value) {
    char *kind = strchr(path, '.');
    if (kind == NULL) return false;
    *kind++ = '\0';
    struct fault *fault = fault_of(state, path);
    double number;
    if (fault == NULL || !set_number(&number, value)) return false;

    if (strcmp(kind, "hang_s") == 0) {
        fault->hang_s = number;
    } else if (strcmp(kind, "error") == 0) {
        fault->error = (unsigned int)number;
    } else if (strcmp(kind, "latency_us") == 0) {
        fault->has_latency = true;
        fault->latency_us = number;
    } else {
        return false;
    }
    return true;
}

static bool set(struct state *state, char *line) {
    char *value = strchr(line, '=');
    if (value == NULL) return false;
    *value++ = '\0';

    if (strcmp(line, "driver_version") == 0) return set_text(state->driver_version, value);
    if (strcmp(line, "nvml_version") == 0) return set_text(state->nvml_version, value);
    if (strcmp(line, "cuda_version") == 0) {
        state->cuda_version = (unsigned int)strtoul(value, NULL, 10);
        return true;
    }
    if (strncmp(line, "device.", strlen("device.")) == 0) return set_device(state, line + strlen("device."), value);
    if (strncmp(line, "call.", strlen("call.")) == 0) return set_fault(state, line + strlen("call."), value);
    return false;
}

int state_parse(struct state *state, char *text) {
    for (int number = 1; text != NULL; number++) {
        char *line = strsep(&text, "\n");
        if (*line != '\0' && *line != '#' && !set(state, line)) return number;
    }
    return 0;
}
