/* What the state file says, parsed. */
#ifndef FAKENVML_STATE_H
#define FAKENVML_STATE_H

#include <stdbool.h>

/* format.go has the same three limits. */
#define MAX_DEVICES 16
#define MAX_INSTANCES 7
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
    struct reading sm_percent;
    struct reading sampled_as; /* the pid of its utilisation samples, if another */
};

struct device {
    char uuid[TEXT_SIZE], name[TEXT_SIZE], pci_bus_id[TEXT_SIZE];
    struct reading memory_total_bytes, memory_reserved_bytes, memory_used_bytes;
    struct reading utilization_gpu_percent, utilization_memory_percent;
    struct reading temperature_c, power_mw, power_limit_mw, energy_mj;
    struct reading clock_sm_mhz, clock_memory_mhz, clock_sm_max_mhz, clock_memory_max_mhz;
    struct reading performance_state, throttle_reasons, mig_mode;
    struct reading fan_percent, encoder_percent, memory_temperature_c;
    struct reading ecc_corrected_volatile, ecc_uncorrected_volatile;
    struct reading ecc_corrected_aggregate, ecc_uncorrected_aggregate;
    struct reading remapped_rows_corrected, remapped_rows_uncorrected;
    struct reading remapped_rows_pending, remapped_rows_failure;
    struct reading violation_power_ns, violation_thermal_ns, violation_sync_boost_ns;
    struct reading violation_board_limit_ns, violation_low_utilization_ns, violation_reliability_ns;
    struct reading pcie_tx_kib_s, pcie_rx_kib_s;
    struct reading nvlink_tx_kib, nvlink_rx_kib;
    struct reading nvlink_crc_errors, nvlink_replay_errors, nvlink_recovery_errors;
    struct reading xid_count, xid_last, error, hang_s, process_samples_unannounced;
    unsigned int process_count;
    struct process processes[MAX_PROCESSES];
    unsigned int instance_count; /* of MIG */
    struct device *instances;
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
    struct device instances[MAX_DEVICES][MAX_INSTANCES]; /* room for those of each card */
    unsigned int fault_count;
    struct fault faults[MAX_FAULTS];
};

/* Parses text, which it cuts into pieces, into a zeroed state. Answers 0, or the
 * number of the first line that it does not understand. */
int state_parse(struct state *state, char *text);

#endif
