#include "memory.h"

#include <dlfcn.h>
#include <stddef.h>

struct memory_v1 { unsigned long long total, free, used; };
struct memory_v2 { unsigned version; unsigned long long total, reserved, free, used; };

struct memory_calls memory_find(void *library) {
	return (struct memory_calls){
		.v1 = (answer (*)(void *, void *))dlsym(library, "nvmlDeviceGetMemoryInfo"),
		.v2 = (answer (*)(void *, void *))dlsym(library, "nvmlDeviceGetMemoryInfo_v2"),
	};
}

/* Version 2 tells "used" as what was allocated, with "reserved" apart from it, as nvidia-smi
 * shows them since driver 510 (nvml.h, nvmlMemory_v2_t). Before that, "used" includes what is
 * reserved (nvmlMemory_t). */
answer memory_read(struct memory_calls calls, void *device, struct memory *memory) {
	*memory = (struct memory){UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};
	answer ret = FUNCTION_NOT_FOUND;
	if (calls.v2 != NULL) {
		struct memory_v2 m = {.version = sizeof m | 2 << 24};
		ret = calls.v2(device, &m);
		if (ret == SUCCESS) *memory = (struct memory){m.total, m.reserved, m.free, m.used};
	} else if (calls.v1 != NULL) {
		struct memory_v1 m = {0};
		ret = calls.v1(device, &m);
		if (ret == SUCCESS) *memory = (struct memory){m.total, UINT64_MAX, m.free, m.used};
	}
	return ret;
}
