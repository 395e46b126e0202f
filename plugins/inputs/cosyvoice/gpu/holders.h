/* Reads the memory of some devices and the processes that hold it, in one call. The driver
 * sleeps for milliseconds in each list of processes; Go takes that for a thread that is lost
 * to it and moves its work to another, and back, for every list. */
#ifndef GPU_HOLDERS_H
#define GPU_HOLDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "memory.h"

/* A question about one device, and its answers. */
struct held {
	void *device;
	uint32_t card;          /* its index */
	bool memory, processes; /* whether to ask for it */

	answer memory_answer, processes_answer;
	struct memory read;
	uint32_t first, count; /* of its processes among those found; one may be there twice */
};

struct holder {
	uint32_t pid;
	uint64_t bytes; /* all bits set if not known */
};

/* Which card is being asked, for another thread to see. */
struct place {
	int64_t card;  /* index + 1; 0 is none */
	int64_t since; /* Unix time in nanoseconds */
};

struct list {
	answer (*call)(void *device, unsigned *count, void *infos); /* NULL if not exported */
	uint32_t size; /* of one of infos, in bytes */
};

struct holders {
	struct memory_calls memory;
	struct list compute, graphics;
	void *infos; /* room for a list */
	uint32_t room;

	struct holder *found; /* of all devices, by the last reading */
	uint32_t count, capacity;
};

/* Makes a reader through the NVML library that is open under this name; NULL if there is
 * none, or no memory. */
struct holders *holders_new(const char *library);

/* Asks all devices in turn, of each the memory and then at once the processes. */
void holders_read(struct holders *h, struct held *devices, uint32_t count, struct place *at);

#endif
