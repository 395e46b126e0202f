/* The way into and out of every NVML function. */
#ifndef FAKENVML_CALL_H
#define FAKENVML_CALL_H

#include "abi.h"
#include "state.h"

/* How long a call takes unless the state says otherwise, in microseconds. The
 * ones marked as measured are from an RTX 4090 with driver 610.57 (MangoHud issue
 * 2104); the others are set beside them by the kind of work they do. */
#define LATENCY_INIT_US 20000.0    /* opens the devices */
#define LATENCY_CACHED_US 1.0      /* answered inside the library */
#define LATENCY_UTILIZATION_US 2.5 /* measured */
#define LATENCY_MEMORY_US 11.6     /* measured */
#define LATENCY_SENSOR_US 12.0     /* one question to the driver, like memory */
#define LATENCY_FAN_US 137.0         /* measured */
#define LATENCY_PCIE_US 20000.0      /* counts for so long (nvml.h) */
#define LATENCY_PROCESSES_US 4491.0 /* measured */

/* Counts one more user of the library, and one less. */
nvmlReturn_t call_init(const char *function);
nvmlReturn_t call_shutdown(const char *function);

/* Begins the call of a function: waits as long as the call takes, hangs if the
 * state says so, and answers the error it is to fail with. On NVML_SUCCESS the
 * caller may read the state until call_leave. */
nvmlReturn_t call_enter(const char *function, double latency_us, const struct state **state);

/* As call_enter, for a function of one device. */
nvmlReturn_t call_enter_device(const char *function, double latency_us, nvmlDevice_t handle,
                               const struct device **device);

/* Ends a call that was begun with success, and passes its answer through. */
nvmlReturn_t call_leave(nvmlReturn_t answer);

/* As call_leave, for a call that answers a text in a buffer of the caller. */
nvmlReturn_t call_leave_text(char *out, unsigned int size, const char *text);

/* The handle of the device with this index, and of an instance of MIG on it. */
nvmlDevice_t call_handle(unsigned int index);
nvmlDevice_t call_instance_handle(unsigned int card, unsigned int instance);

/* The index of a handle that call_enter_device took: of the card, and of the
 * instance on it, -1 for the card itself. */
unsigned int call_index(nvmlDevice_t handle);
int call_instance(nvmlDevice_t handle);

#endif
