#include "state.h"

#include <errno.h>
#include <limits.h>
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
    READING(fan_percent), READING(encoder_percent), READING(memory_temperature_c),
    READING(ecc_corrected_volatile), READING(ecc_uncorrected_volatile),
    READING(ecc_corrected_aggregate), READING(ecc_uncorrected_aggregate),
    READING(remapped_rows_corrected), READING(remapped_rows_uncorrected),
    READING(remapped_rows_pending), READING(remapped_rows_failure),
    READING(violation_power_ns), READING(violation_thermal_ns), READING(violation_sync_boost_ns),
    READING(violation_board_limit_ns), READING(violation_low_utilization_ns), READING(violation_reliability_ns),
    READING(pcie_tx_kib_s), READING(pcie_rx_kib_s), READING(nvlink_tx_kib), READING(nvlink_rx_kib),
    READING(nvlink_crc_errors), READING(nvlink_replay_errors), READING(nvlink_recovery_errors),
    READING(xid_count), READING(xid_last), READING(error), READING(hang_s), READING(process_samples_unannounced),
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

static bool set_whole(unsigned int *number, const char *text) {
    struct reading reading;
    if (!set_reading(&reading, text) || reading.value > INT_MAX) return false;
    *number = (unsigned int)reading.value;
    return true;
}

static bool set_process_option(struct process *process, const char *option) {
    static const char sm[] = "sm=", sampled_as[] = "sampled_as=";

    if (strcmp(option, "freed_on_exit") == 0) return process->freed_on_exit = true;
    if (strncmp(option, sm, strlen(sm)) == 0) return set_reading(&process->sm_percent, option + strlen(sm));
    if (strncmp(option, sampled_as, strlen(sampled_as)) == 0)
        return set_reading(&process->sampled_as, option + strlen(sampled_as));
    return false;
}

/* The value of a process is "TYPE BYTES" or "TYPE n/a", and options may follow. */
static bool add_process(struct device *device, const char *pid, char *value) {
    static const char *const types[] = {[COMPUTE] = "compute", [GRAPHICS] = "graphics", [MPS] = "mps"};

    if (device->process_count == MAX_PROCESSES) return false;
    struct process *process = &device->processes[device->process_count++];
    char *rest;
    const char *type = strtok_r(value, " ", &rest);
    const char *memory = strtok_r(NULL, " ", &rest);
    if (memory == NULL || !set_whole(&process->pid, pid)) return false;
    if (strcmp(memory, "n/a") != 0 && !set_reading(&process->memory_bytes, memory)) return false;
    for (const char *option; (option = strtok_r(NULL, " ", &rest)) != NULL;)
        if (!set_process_option(process, option)) return false;

    for (size_t i = 0; i < LENGTH(types); i++) {
        if (strcmp(type, types[i]) != 0) continue;
        process->type = (enum process_type)i;
        return true;
    }
    return false;
}

/* Cuts "INDEX.REST" off path, of what has no gaps and at most limit entries, count
 * so far. Answers the rest, or NULL. */
static char *next_index(char *path, unsigned int limit, unsigned int *count, unsigned long *index) {
    char *rest;
    *index = strtoul(path, &rest, 10);
    if (rest == path || *rest++ != '.' || *index >= limit || *index > *count) return NULL;
    if (*index == *count) ++*count;
    return rest;
}

/* key is "READING" or "process.PID". */
static bool set_one(struct device *device, const char *key, char *value) {
    if (strncmp(key, "process.", strlen("process.")) == 0) return add_process(device, key + strlen("process."), value);
    for (size_t i = 0; i < LENGTH(device_texts); i++)
        if (strcmp(key, device_texts[i].key) == 0) return set_text((char *)device + device_texts[i].offset, value);
    for (size_t i = 0; i < LENGTH(device_readings); i++)
        if (strcmp(key, device_readings[i].key) == 0)
            return set_reading((struct reading *)((char *)device + device_readings[i].offset), value);
    return false;
}

/* path is "INDEX.KEY" or, for an instance of MIG, "INDEX.mig.INDEX.KEY". */
static bool set_device(struct state *state, char *path, char *value) {
    unsigned long card, instance;
    char *key = next_index(path, MAX_DEVICES, &state->device_count, &card);
    if (key == NULL) return false;
    struct device *device = &state->devices[card];
    if (strncmp(key, "mig.", strlen("mig.")) != 0) return set_one(device, key, value);
    device->instances = state->instances[card];
    key = next_index(key + strlen("mig."), MAX_INSTANCES, &device->instance_count, &instance);
    return key != NULL && set_one(&device->instances[instance], key, value);
}

static bool is_function(const char *name) {
    static const char *const functions[] = {"*",
#include "functions.h"
    };
    for (size_t i = 0; i < LENGTH(functions); i++)
        if (strcmp(functions[i], name) == 0) return true;
    return false;
}

static struct fault *fault_of(struct state *state, const char *function) {
    for (unsigned int i = 0; i < state->fault_count; i++)
        if (strcmp(state->faults[i].function, function) == 0) return &state->faults[i];
    if (state->fault_count == MAX_FAULTS || !is_function(function)) return NULL;
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
    if (strcmp(line, "cuda_version") == 0) return set_whole(&state->cuda_version, value);
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
