/* The memory of a device, and what is used of nvml.h for it. */
#ifndef GPU_MEMORY_H
#define GPU_MEMORY_H

#include <stdint.h>

/* nvmlReturn_t */
typedef int answer;
enum { SUCCESS = 0, NOT_SUPPORTED = 3, INSUFFICIENT_SIZE = 7, FUNCTION_NOT_FOUND = 13, NO_MEMORY = 20 };

/* In bytes; all bits set in what is not known, as NVML itself says it. */
struct memory { uint64_t total, reserved, free, used; };

/* NULL where the driver does not export it. */
struct memory_calls {
	answer (*v1)(void *device, void *memory);
	answer (*v2)(void *device, void *memory);
};

/* Finds the calls in an open NVML library. */
struct memory_calls memory_find(void *library);

answer memory_read(struct memory_calls calls, void *device, struct memory *memory);

#endif
