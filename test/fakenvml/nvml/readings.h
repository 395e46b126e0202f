/* Readings that one call answers. */
#ifndef FAKENVML_READINGS_H
#define FAKENVML_READINGS_H

#include <stddef.h>

#include "call.h"

#define AT(field) offsetof(struct device, field)

/* Answers one reading, which stands at an offset in struct device, as a function
 * that takes as long as most do. */
nvmlReturn_t read_one(const char *function, nvmlDevice_t handle, size_t offset, unsigned long long *value);

/* As read_one, for the many functions that answer an unsigned int. */
nvmlReturn_t read_small(const char *function, nvmlDevice_t handle, size_t offset, unsigned int *value);

/* As read_one, for a function that takes longer. */
nvmlReturn_t read_slow(const char *function, double latency_us, nvmlDevice_t handle, size_t offset,
                       unsigned long long *value);

#endif
