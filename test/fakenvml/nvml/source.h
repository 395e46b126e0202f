/* The state file on disk. */
#ifndef FAKENVML_SOURCE_H
#define FAKENVML_SOURCE_H

#include "abi.h"
#include "state.h"

/* The state as the file named by FAKE_NVML_STATE says at this moment. NULL with
 * NVML_ERROR_DRIVER_NOT_LOADED without such a file, with NVML_ERROR_UNKNOWN when
 * the file makes no sense. The state is good until the next source_ call. */
const struct state *source_read(nvmlReturn_t *error);

/* A descriptor that gets readable when the file may have been replaced, or -1. The
 * caller closes it. */
int source_watch(void);

/* Gives the file and the memory back. */
void source_close(void);

#endif
