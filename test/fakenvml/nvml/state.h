/* What the state file says, parsed. */
#ifndef FAKENVML_STATE_H
#define FAKENVML_STATE_H

#include <stdbool.h>

/* format.go has the same two limits. */
#define MAX_DEVICES 16
#define MAX_PROCESSES 1024
#define MAX_FAULTS 64
#define TEXT_SIZE 96

struct reading {
    bool known; /* false: the GPU does not support it */
    unsigned long long value;
};

enum process_type { COMPUTE, GRAPHICS, MPS };

struct process {
    unsigned int pid;
    enum process_type type;
    struct reading memory_bytes;
    bool freed_on_exit;
};

struct device {
    char uuid[TEXT_SIZE], name[TEXT_SIZE], pci_bus_id[TEXT_SIZE];
    struct reading memory_total_bytes, memory_reserved_bytes, memory_used_bytes;
    struct reading utilization_gpu_percent, utilization_memory_percent;
    struct reading temperature_c, power_mw, power_limit_mw, energy_mj;
    struct reading clock_sm_mhz, clock_memory_mhz, clock_sm_max_mhz, clock_memory_max_mhz;
    struct reading performance_state, throttle_reasons, mig_mode;
    unsigned int process_count;
    struct process processes[MAX_PROCESSES];
};

/* One entry of the state's calls; function "*" stands for all without their own. */
struct fault {
    char function[TEXT_SIZE];
    double hang_s;
    unsigned int error;
    bool has_latency;
    double latency_us;
};

struct state {
    char driver_version[TEXT_SIZE], nvml_version[TEXT_SIZE];
    unsigned int cuda_version;
    unsigned int device_count;
    struct device devices[MAX_DEVICES];
    unsigned int fault_count;
    struct fault faults[MAX_FAULTS];
};

/* Parses text, which it cuts into pieces, into a zeroed state. Answers 0, or the
 * number of the first line that it does not understand. */
int state_parse(struct state *state, char *text);

#endif
